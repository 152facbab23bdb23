package io.github.rollcallmock.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives parameters of type {@link RollcallNamespace} a namespace of a rollcall server: every test its own.
 *
 * <pre>{@code
 * @Rollcall
 * class UsersTest {
 *     @Test
 *     void nobodyIsThereYet(@Rollcall(seed = "empty") RollcallNamespace rollcall) { … }
 * }
 * }</pre>
 *
 * <p>On a parameter it says how that one starts, which is then no other's; on a method it is for the parameters of the test, on a class
 * for all its tests. The nearest counts, whole.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD, ElementType.PARAMETER})
@ExtendWith(RollcallExtension.class)
public @interface Rollcall {
    /**
     * Instead of the server's demo data: {@code "empty"}, the path of a .json or .ndjson file or of a folder of them, or a JSON document.
     * Several are merged.
     */
    String[] seed() default {};

    /** How much of authentication is checked: off, lenient or strict; as the server was started where it is empty. */
    String auth() default "";

    /** Other sides where the sources disagree about the real service, as {@code "aliyun-ehpc.user-id=number"}. */
    String[] quirks() default {};

    /** Where the namespace's clock stands still, as {@code "2026-01-02T03:04:05Z"}; it runs where it is empty. */
    String clock() default "";

    /** Fails the test when a call came to no operation of any provider: a wrong path, a misspelt action. */
    boolean strict() default false;

    /** For a class: one namespace for all its tests, which its constructor and its {@code @BeforeAll} methods may have too. */
    boolean perClass() default false;
}

package io.github.rollcallmock.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives each test its own namespace of a rollcall server, through parameters of type {@link RollcallNamespace}.
 *
 * <pre>{@code
 * @Rollcall
 * class UsersTest {
 *     @Test
 *     void noUsersYet(@Rollcall(seed = "empty") RollcallNamespace rollcall) { … }
 * }
 * }</pre>
 *
 * <p>On a parameter, it configures a separate namespace; on a method, the parameters of the test; on a class, those of all its tests.
 * The innermost one applies, without merging.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD, ElementType.PARAMETER})
@ExtendWith(RollcallExtension.class)
public @interface Rollcall {
    /**
     * The initial data, instead of the server's demo: {@code "empty"}, the path of a .json or .ndjson file or of a folder of them, or
     * a JSON document. Several are merged.
     */
    String[] seed() default {};

    /** How strictly authentication is checked: off, lenient or strict; if empty, as the server is configured. */
    String auth() default "";

    /** Alternatives where the sources disagree about the real service, such as {@code "aliyun-ehpc.user-id=number"}. */
    String[] quirks() default {};

    /** The time at which the namespace's clock is frozen, such as {@code "2026-01-02T03:04:05Z"}; if empty, the clock runs. */
    String clock() default "";

    /** Fails the test if a call matched no operation of any provider, because of a wrong path or a misspelt action. */
    boolean strict() default false;

    /** For a class: one namespace for all its tests, also available to its constructor and its {@code @BeforeAll} methods. */
    boolean perClass() default false;
}

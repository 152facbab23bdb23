package io.github.rollcallmock.junit;

import static io.github.rollcallmock.junit.Bytehouse.PROVIDER;
import static io.github.rollcallmock.junit.Bytehouse.call;
import static io.github.rollcallmock.junit.Bytehouse.contains;
import static io.github.rollcallmock.junit.Bytehouse.total;
import static io.github.rollcallmock.junit.Expected.times;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExtensionTest {
    private static final Set<String> names = ConcurrentHashMap.newKeySet();
    private static final Set<String> ofInstance = ConcurrentHashMap.newKeySet();
    private static volatile String dropped;

    @Nested
    @Rollcall(seed = "empty")
    class ANamespaceATest {
        private RollcallNamespace before;

        @BeforeEach
        void before(RollcallNamespace rollcall) {
            before = rollcall;
        }

        @AfterEach
        void after(RollcallNamespace rollcall) {
            assertSame(before, rollcall);
        }

        @RepeatedTest(10)
        void isTheSameInEveryMethodAroundATest(RollcallNamespace rollcall) {
            assertEquals(0, total(rollcall));
            rollcall.seed(Bytehouse.document("a"));
            assertEquals(1, total(rollcall));
        }

        @ParameterizedTest
        @ValueSource(strings = {"a", "bb", "ccc"})
        void isANewOneForEveryArgument(String name, RollcallNamespace rollcall) {
            assertEquals(0, total(rollcall));
            rollcall.seed(Bytehouse.document(name));
            assertEquals(1, total(rollcall));
        }

        @Test
        @Rollcall
        void startsAsTheMethodSaysBeforeTheClass(RollcallNamespace rollcall) {
            assertTrue(total(rollcall) > 20);
        }

        @Test
        void startsAsTheParameterSaysBeforeAll(@Rollcall RollcallNamespace demo, RollcallNamespace empty, @Rollcall(seed = "empty") RollcallNamespace another) {
            assertTrue(total(demo) > 20);
            assertEquals(0, total(empty));
            assertEquals(3, Set.of(demo.name(), empty.name(), another.name()).size());
        }

        @Nested
        class AClassInside {
            @Test
            void startsAsTheClassAroundItSays(RollcallNamespace rollcall) {
                assertEquals(0, total(rollcall));
            }
        }
    }

    @Nested
    @Rollcall(perClass = true, seed = "empty")
    class ANamespaceAClass {
        private final RollcallNamespace ofConstructor;

        ANamespaceAClass(RollcallNamespace rollcall) {
            ofConstructor = rollcall;
        }

        @BeforeAll
        static void before(RollcallNamespace rollcall) {
            rollcall.seed(Bytehouse.document("a"));
        }

        @RepeatedTest(5)
        void isOneForAllItsTests(RollcallNamespace rollcall) {
            names.add(rollcall.name());
            assertEquals(Set.of(rollcall.name()), names);
            assertSame(ofConstructor, rollcall);
            assertEquals(1, total(rollcall));
        }

        @Test
        void leavesAParameterWithAnAnnotationItsOwn(RollcallNamespace rollcall, @Rollcall RollcallNamespace own) {
            assertNotEquals(rollcall.name(), own.name());
        }
    }

    @Nested
    class AFieldOfTheInstance {
        @RegisterExtension
        final RollcallExtension rollcall = RollcallExtension.builder().seed("empty").seed(Bytehouse.document("a")).clock(Instant.parse("2026-01-02T03:04:05Z"))
            .quirk("volcengine-bytehouse.email-key", "both").auth("off").auth("strict", "aliyun-ehpc").strict().build();

        @RepeatedTest(10)
        void isANamespaceATest(RollcallNamespace parameter) {
            assertSame(parameter, rollcall.namespace());
            assertEquals(1, total(parameter));
            parameter.seed(Bytehouse.document("bb"));
            assertEquals(2, total(rollcall.namespace()));
            rollcall.assertCalled(PROVIDER, "ListUsers", times(2));
            rollcall.assertNotCalled(PROVIDER, "DeleteUser");
            rollcall.fail(PROVIDER, "ListUsers").with("AccessDenied").times(1);
            assertEquals(403, call(parameter, "Action=ListUsers").status());
            assertEquals(parameter.url() + parameter.endpoint() + parameter.accessKey() + parameter.secretKey(),
                rollcall.url() + rollcall.endpoint() + rollcall.accessKey() + rollcall.secretKey());
        }
    }

    @Nested
    class AFieldOfTheClass {
        @RegisterExtension
        static final RollcallExtension rollcall = RollcallExtension.builder().seed("empty").build();

        @BeforeAll
        static void before() {
            rollcall.namespace().seed(Bytehouse.document("a"));
        }

        @RepeatedTest(10)
        void isANamespaceAClass() {
            assertEquals(1, total(rollcall.namespace()));
        }

        @Test
        void isFoundByThreadsOfTheCodeUnderTest() {
            assertSame(rollcall.namespace(), CompletableFuture.supplyAsync(rollcall::namespace).join());
        }

        @Nested
        class AClassInside {
            @Test
            void sharesIt(RollcallNamespace parameter) {
                assertSame(rollcall.namespace(), parameter);
            }
        }
    }

    @Nested
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    class AFieldOfAnInstanceForTheWholeClass {
        @RegisterExtension
        final RollcallExtension rollcall = RollcallExtension.builder().seed("empty").build();

        @RepeatedTest(10)
        void isANamespaceAClassToo(RollcallNamespace parameter) {
            assertSame(parameter, rollcall.namespace());
            ofInstance.add(parameter.name());
            assertEquals(1, ofInstance.size());
        }
    }

    @ExtendWith(Suite.Only.class)
    @Rollcall
    static class OneFails {
        @Test
        void fails(RollcallNamespace rollcall) {
            call(rollcall, "Action=ListUsers");
            call(rollcall, "Action=GetUserDetail&Username=nobody-here");
            throw new AssertionError("it went wrong");
        }

        @Test
        void passes(RollcallNamespace rollcall) {
            call(rollcall, "Action=GetUserDetail&Username=nobody-here");
        }
    }

    @Test
    void aFailedTestBringsAlongTheCallsThatFailed() {
        var suite = Suite.run(OneFails.class);
        contains(suite.told(), "it went wrong", "the calls that failed in namespace junit-", "Action=GetUserDetail", "400 BadRequest");
        assertFalse(suite.told().contains("Action=ListUsers"), suite.told());
        assertEquals(1, suite.passed.size());
    }

    @ExtendWith(Suite.Only.class)
    @Rollcall(strict = true)
    static class OneIsLost {
        @Test
        void callsNothing(RollcallNamespace rollcall) throws Exception {
            call(rollcall, "Action=ListUsers");
            HttpClient.newHttpClient().send(rollcall.request("/nothing/here").build(), HttpResponse.BodyHandlers.discarding());
        }

        @Test
        void callsAnOperation(RollcallNamespace rollcall) {
            call(rollcall, "Action=ListUsers");
        }
    }

    @Test
    void aStrictNamespaceFailsATestWhoseCallCameToNoOperation() {
        var suite = Suite.run(OneIsLost.class);
        contains(suite.told(), "a call came to no operation", "/nothing/here");
        assertEquals(1, suite.passed.size());
    }

    @ExtendWith(Suite.Only.class)
    @TestMethodOrder(MethodOrderer.MethodName.class)
    @Execution(ExecutionMode.SAME_THREAD)
    @Rollcall
    static class OneAfterTheOther {
        @Test
        void aIsThere(RollcallNamespace rollcall) throws Exception {
            dropped = rollcall.name();
            assertEquals(200, status(rollcall));
        }

        @Test
        void bIsGone(RollcallNamespace rollcall) throws Exception {
            assertEquals(404, status(rollcall));
        }

        private static int status(RollcallNamespace rollcall) throws Exception {
            var request = rollcall.request("/_rollcall/namespaces/" + dropped).build();
            return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        }
    }

    @Test
    void aNamespaceIsGoneAfterItsTest() {
        var suite = Suite.run(OneAfterTheOther.class, "rollcall.flags", "--async-polls 2", "junit.jupiter.execution.parallel.enabled", "false");
        assertEquals(2, suite.passed.size(), () -> suite.failures.toString());
    }

    @ExtendWith(Suite.Only.class)
    @Rollcall
    static class InAConstructor {
        InAConstructor(RollcallNamespace rollcall) {}

        @Test
        void fails() {}
    }

    @ExtendWith(Suite.Only.class)
    static class OnAMethod {
        @Test
        @Rollcall(perClass = true)
        void fails(RollcallNamespace rollcall) {}
    }

    @ExtendWith(Suite.Only.class)
    @Rollcall(quirks = "nothing")
    static class WithAQuirk {
        @Test
        void fails(RollcallNamespace rollcall) {}
    }

    @ExtendWith(Suite.Only.class)
    @Rollcall(auth = "very")
    static class WithAMode {
        @Test
        void fails(RollcallNamespace rollcall) {}
    }

    @Test
    void whatCannotBeIsToldWithWhatToDo() {
        contains(Suite.run(InAConstructor.class).told(), "filled before there is a test", "add perClass = true");
        contains(Suite.run(OnAMethod.class).told(), "put that @Rollcall on the class");
        contains(Suite.run(WithAQuirk.class).told(), "\"nothing\" has no value");
        contains(Suite.run(WithAMode.class).told(), "very");
        contains(Suite.run(OneAfterTheOther.class, "rollcall.flags", "--no-such-flag").failures.toString(), "rollcall did not start: ", "--no-such-flag");
    }
}

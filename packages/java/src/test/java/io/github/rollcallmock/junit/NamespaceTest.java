package io.github.rollcallmock.junit;

import static io.github.rollcallmock.junit.Bytehouse.PROVIDER;
import static io.github.rollcallmock.junit.Bytehouse.call;
import static io.github.rollcallmock.junit.Bytehouse.contains;
import static io.github.rollcallmock.junit.Bytehouse.document;
import static io.github.rollcallmock.junit.Bytehouse.total;
import static io.github.rollcallmock.junit.Bytehouse.users;
import static io.github.rollcallmock.junit.Expected.atLeast;
import static io.github.rollcallmock.junit.Expected.atMost;
import static io.github.rollcallmock.junit.Expected.param;
import static io.github.rollcallmock.junit.Expected.status;
import static io.github.rollcallmock.junit.Expected.times;
import static io.github.rollcallmock.junit.Expected.within;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Rollcall
class NamespaceTest {
    @RepeatedTest(20)
    void parallelTestsDoNotMeet(RollcallNamespace rollcall) {
        long demo = total(rollcall);
        assertTrue(demo > 20, "the demo has more users than " + demo);
        var users = users(rollcall);
        for (int i = 1; i <= 5; i++) {
            call(rollcall, "Action=DeleteUser&UserID=" + users.get(10 + i).get("UserID"));
            assertEquals(demo - i, total(rollcall));
        }
        rollcall.assertCalled(PROVIDER, "DeleteUser", times(5));
        assertEquals(7, rollcall.calls(PROVIDER, "ListUsers").size());
    }

    @Test
    void theKeysAndTheAddressSayWhereItIs(RollcallNamespace rollcall) {
        assertEquals("test-ak~" + rollcall.name(), rollcall.accessKey());
        assertEquals("test-sk", rollcall.secretKey());
        assertEquals(rollcall.url(), "http://" + rollcall.endpoint());
        contains(rollcall.toString(), rollcall.name(), rollcall.url());
    }

    @Test
    void aSeedIsEmptyOrTextOrAMapOrAFileOrAFolder(@Rollcall(seed = "empty") RollcallNamespace rollcall, @TempDir Path folder) throws IOException {
        assertEquals(0, total(rollcall));
        rollcall.seed(document("a"));
        assertEquals(1, total(rollcall));
        rollcall.seed(" " + Json.write(document("bb")));
        assertEquals(2, total(rollcall));
        Files.writeString(folder.resolve("one.json"), Json.write(document("ccc")));
        Files.writeString(folder.resolve("more.ndjson"), Json.write(document("dddd")) + "\n" + Json.write(document("eeeee")) + "\n");
        Files.writeString(folder.resolve("x.schema.json"), "{");
        Files.writeString(folder.resolve("README"), "no seed");
        rollcall.seed(folder.resolve("one.json").toString());
        assertEquals(3, total(rollcall));
        rollcall.seed(folder.toString());
        assertEquals(5, total(rollcall));
        rollcall.reset();
        assertEquals(0, total(rollcall));
    }

    @Test
    void aBadSeedIsToldWithItsPlace(@Rollcall(seed = "empty") RollcallNamespace rollcall, @TempDir Path folder) throws IOException {
        contains(assertThrows(RollcallException.class, () -> rollcall.seed("nothing.json")).getMessage(), "\"nothing.json\" is no file", "paths start in ");
        contains(assertThrows(RollcallException.class, () -> rollcall.seed(folder.toString())).getMessage(), "holds no .json or .ndjson file");
        contains(assertThrows(RollcallException.class, () -> rollcall.seed("{\"aliyun\": {}}")).getMessage(), "aliyun");
        Files.writeString(folder.resolve("bad.json"), "{\"volcengine-bytehouse\": {\"Users\": [{\"Username\": 5}]}}");
        contains(assertThrows(RollcallException.class, () -> rollcall.seed(folder.toString())).getMessage(), "bad.json:1:50: at volcengine-bytehouse.Users");
        assertEquals(0, total(rollcall));
    }

    @Test
    void aClockStandsStillAndIsMovedOnAndPutBackByAReset(@Rollcall(clock = "2026-01-02T03:04:05Z") RollcallNamespace rollcall) {
        var start = Instant.parse("2026-01-02T03:04:05Z");
        for (int round = 0; round < 2; round++) {
            total(rollcall);
            assertEquals(start, last(rollcall));
            rollcall.advance(Duration.ofMinutes(90));
            total(rollcall);
            assertEquals(start.plusSeconds(5400), last(rollcall));
            rollcall.reset();
        }
        rollcall.freeze(start.plusSeconds(7));
        total(rollcall);
        assertEquals(start.plusSeconds(7), last(rollcall));
    }

    private static Instant last(RollcallNamespace rollcall) {
        var calls = rollcall.calls();
        return calls.get(calls.size() - 1).time().truncatedTo(ChronoUnit.SECONDS);
    }

    @Test
    void signaturesAreCheckedWhereItIsAsked(@Rollcall(auth = "strict") RollcallNamespace strict, RollcallNamespace another) {
        assertTrue(call(strict, "Action=ListUsers").status() >= 400);
        assertEquals(200, call(another, "Action=ListUsers").status());
    }

    @Test
    void aQuirkTakesTheOtherSide(@Rollcall(quirks = "volcengine-bytehouse.email-key=both") RollcallNamespace rollcall) {
        assertTrue(users(rollcall).get(0).containsKey("Email"));
    }

    @Test
    void faultsHappenAsOftenAsTheySay(RollcallNamespace rollcall) {
        var busy = rollcall.fail(PROVIDER, "ListUsers").with("ServiceUnavailable").after(1).times(2);
        assertEquals(List.of(200, 503, 503, 200, 200), statuses(rollcall, "Action=ListUsers", 5));
        assertEquals(2, busy.happened());
        assertEquals(List.of(200), statuses(rollcall, "Action=ListRoles", 1));
        busy.close();
        busy.close();
        contains(assertThrows(RollcallException.class, busy::happened).getMessage(), "is gone");

        try (var one = rollcall.fail(PROVIDER, "GetUserDetail").when("Username", "dba").withStatus(418, "{}")) {
            assertEquals(List.of(418, 418), statuses(rollcall, "Action=GetUserDetail&Username=dba", 2));
            assertEquals(List.of(200), statuses(rollcall, "Action=GetUserDetail&Username=user1", 1));
            assertEquals(2, one.happened());
        }
        try (var all = rollcall.fail(PROVIDER).withDetail("MissingParameter", "Colour")) {
            assertEquals("The request is missing Colour parameter.", call(rollcall, "Action=ListRoles").at("ResponseMetadata", "Error", "Message"));
            assertEquals(1, all.happened());
        }
        try (var late = rollcall.fail(PROVIDER, "ListUsers").delayed(Duration.ofMillis(300))) {
            long started = System.nanoTime();
            assertEquals(List.of(200), statuses(rollcall, "Action=ListUsers", 1));
            assertTrue(System.nanoTime() - started >= 300_000_000L);
            assertEquals(1, late.happened());
        }
        rollcall.fail(PROVIDER, "ListUsers").throttled(0);
        assertEquals(List.of(429), statuses(rollcall, "Action=ListUsers", 1));
        rollcall.reset();
        assertEquals(List.of(200), statuses(rollcall, "Action=ListUsers", 1));
    }

    private static List<Integer> statuses(RollcallNamespace rollcall, String query, int count) {
        var seen = new ArrayList<Integer>();
        for (int i = 0; i < count; i++) {
            seen.add(call(rollcall, query).status());
        }
        return seen;
    }

    @Test
    void connectionsFailToo(RollcallNamespace rollcall) {
        for (var start : List.<Function<Failing, Fault>>of(Failing::disconnected, Failing::truncated, Failing::hanging)) {
            try (var fault = start.apply(rollcall.fail(PROVIDER, "ListUsers"))) {
                assertThrows(IOException.class, () -> Bytehouse.send(rollcall, "Action=ListUsers", Duration.ofSeconds(2)));
                assertTrue(fault.happened() >= 1);
            }
        }
        List<String> deliveries = rollcall.calls().stream().map(Call::delivery).distinct().collect(Collectors.toList());
        assertEquals(List.of("reset", "truncate", "hang"), deliveries);
    }

    @Test
    void aFaultThatIsNoneIsRefused(RollcallNamespace rollcall) {
        contains(assertThrows(RollcallException.class, () -> rollcall.fail(PROVIDER, "ListUsers").with("NoSuchError")).getMessage(), "NoSuchError");
        contains(assertThrows(RollcallException.class, () -> rollcall.fail("nobody", "ListUsers").with("AccessDenied")).getMessage(), "nobody");
        contains(assertThrows(RollcallException.class, () -> rollcall.fail(PROVIDER, "ListUsers").with("AccessDenied").times(0)).getMessage(), "times");
    }

    @Test
    void callsAreCountedAndNearMissesTold(RollcallNamespace rollcall) {
        call(rollcall, "Action=ListUsers&Limit=3");
        call(rollcall, "Action=GetUserDetail&Username=nobody-here");
        rollcall.assertCalled(PROVIDER, "ListUsers");
        rollcall.assertCalled(PROVIDER, "ListUsers", atMost(1), param("Limit", "3"));
        rollcall.assertCalled(PROVIDER, "GetUserDetail", atLeast(1), status(400));
        rollcall.assertNotCalled(PROVIDER, "DeleteUser");
        rollcall.assertNotCalled(PROVIDER, "ListUsers", param("Limit", "4"));

        contains(assertThrows(AssertionError.class, () -> rollcall.assertCalled(PROVIDER, "ListUsers", times(2))).getMessage(),
            "volcengine-bytehouse ListUsers: found 1 such call, wanted exactly 2", "the nearest calls:", "differs: operation is \"GetUserDetail\", not \"ListUsers\"");
        contains(assertThrows(AssertionError.class, () -> rollcall.assertCalled(PROVIDER, "ListUsers", param("Limit", "4"))).getMessage(), "differs: ", "Limit");
        contains(assertThrows(AssertionError.class, () -> rollcall.assertNotCalled(PROVIDER, "ListUsers")).getMessage(), "wanted exactly 0");
        contains(assertThrows(RollcallException.class, () -> rollcall.assertCalled("nobody", "ListUsers")).getMessage(), "nobody");

        var calls = rollcall.calls();
        assertEquals(List.of("ListUsers", "GetUserDetail"), calls.stream().map(Call::operation).toList());
        var second = calls.get(1);
        assertEquals(List.of(400, "BadRequest", PROVIDER, "GET"), List.of(second.status(), second.error(), second.provider(), second.method()));
        contains(second.target(), "Action=GetUserDetail");
        assertTrue(second.id() > calls.get(0).id() && !second.requestId().isEmpty());
        assertEquals(List.of(), rollcall.calls("huawei-workspace"));
        assertEquals(2, rollcall.calls(PROVIDER).size());
    }

    @Test
    void callsThatAreStillToComeAreWaitedFor(RollcallNamespace rollcall) {
        rollcall.fail(PROVIDER, "ListUsers").delayed(Duration.ofMillis(200));
        var done = CompletableFuture.supplyAsync(() -> call(rollcall, "Action=ListUsers").status());
        rollcall.assertCalled(PROVIDER, "ListUsers", within(Duration.ofSeconds(20)));
        assertEquals(200, done.join());
    }

    @Test
    void aThousandCallsAreReadInPages(RollcallNamespace rollcall) {
        for (int i = 0; i < 1005; i++) {
            call(rollcall, "Action=ListUsers&Limit=1");
        }
        // The server keeps the newest thousand of a namespace unless it is told otherwise.
        var calls = rollcall.calls();
        assertEquals(1000, calls.size());
        assertTrue(calls.get(999).id() > calls.get(0).id());
    }
}

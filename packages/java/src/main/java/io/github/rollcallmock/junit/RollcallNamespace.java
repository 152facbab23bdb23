package io.github.rollcallmock.junit;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A namespace with its own database, journal, faults, settings and clock for one test. It is dropped when the test ends.
 *
 * <p>All methods may be called from any thread. They throw {@link RollcallException} if the server refuses a request, and {@link
 * AssertionError} if an assertion fails.
 */
@SuppressWarnings("deprecation") // CloseableResource is what every JUnit 5 and 6 closes.
public final class RollcallNamespace implements ExtensionContext.Store.CloseableResource, AutoCloseable {
    /** Two JVMs may share a server. */
    private static final String JVM = UUID.randomUUID().toString().replace("-", "").substring(0, 12);
    private static final AtomicLong made = new AtomicLong();
    private static final int PAGE = 1000;
    private static final Pattern PLACE = Pattern.compile("line (\\d+)(?: column (\\d+))?: ");

    private final Server server;
    private final Options options;
    private final String name;
    private final String url;

    RollcallNamespace(Server server, Options options) {
        this.server = server;
        this.options = options;
        name = "junit-" + JVM + "-" + made.incrementAndGet();
        Object answer = ask("PUT", "namespaces/" + name, Map.of("from", options.isEmpty ? "empty" : "template"));
        Object own = answer instanceof Map ? ((Map<?, ?>) answer).get("url") : null;
        url = own instanceof String ? (String) own : server.url;
        try {
            prepare();
        } catch (RuntimeException problem) {
            close();
            throw problem;
        }
    }

    /** Applies the options to a namespace that was just created or reset. */
    private void prepare() {
        options.seeds.forEach(this::merge);
        if (!options.settings.isEmpty()) {
            ask("PATCH", own("settings"), options.settings);
        }
        if (options.clock != null) {
            freeze(options.clock);
        }
    }

    Server server() {
        return server;
    }

    String about(String path) {
        return path + "?namespace=" + name;
    }

    private String own(String path) {
        return "namespaces/" + name + "/" + path;
    }

    Object ask(String method, String path, Object body) {
        try {
            return server.json(method, path, body);
        } catch (Server.Refusal refusal) {
            throw refusal.told();
        }
    }

    /** The server's address, such as http://127.0.0.1:4700; the namespace's own, if the server is one of several. */
    public String url() {
        return url;
    }

    /** The server's host and port, for SDKs that expect no scheme. */
    public String endpoint() {
        return url.substring(url.indexOf("://") + 3);
    }

    /** The namespace's name. */
    public String name() {
        return name;
    }

    /** Ends in ~ and the namespace, by which signed calls select it. */
    public String accessKey() {
        return server.accessKey + "~" + name;
    }

    /** Belongs to the access key. */
    public String secretKey() {
        return server.secretKey;
    }

    /** A plain request to this namespace, signed or not: {@code request("/v2/…/users")}. */
    public HttpRequest.Builder request(String target) {
        return HttpRequest.newBuilder(URI.create(url + target)).header("X-Rollcall-Namespace", name);
    }

    /** Merges records, each document atomically: the path of a .json or .ndjson file or of a folder of them, or a JSON document. */
    public void seed(String seed) {
        merge(seed);
    }

    /** Merges records from maps, lists, strings, numbers and booleans, structured like a seed document. */
    public void seed(Map<String, ?> seed) {
        merge(seed);
    }

    private void merge(Object seed) {
        if (!(seed instanceof String)) {
            ask("POST", own("seed"), seed);
            return;
        }
        String text = (String) seed;
        if (text.stripLeading().startsWith("{")) {
            send(text, "application/json", detail -> detail);
            return;
        }
        for (Path file : seedFiles(text)) {
            try {
                String type = file.toString().endsWith(".ndjson") ? "application/x-ndjson" : "application/json";
                send(Files.readString(file, StandardCharsets.UTF_8), type, detail -> inFile(file, detail));
            } catch (IOException cause) {
                throw new RollcallException(file + " cannot be read as UTF-8: " + cause, cause);
            }
        }
    }

    private void send(String document, String type, UnaryOperator<String> told) {
        try {
            server.send("POST", own("seed"), document, type);
        } catch (Server.Refusal refusal) {
            throw new RollcallException(told.apply(refusal.getMessage()));
        }
    }

    /** In the format of compilers, FILE:LINE:COLUMN; the server knows the line, but not the file. */
    private static String inFile(Path file, String detail) {
        Matcher place = PLACE.matcher(detail);
        if (!place.lookingAt()) {
            return file + ": " + detail;
        }
        String column = place.group(2) == null ? "" : ":" + place.group(2);
        return file + ":" + place.group(1) + column + ": " + detail.substring(place.end());
    }

    /** The files at a path, as with the server's --seed. */
    private static List<Path> seedFiles(String text) {
        Path path = Path.of(text);
        if (Files.isRegularFile(path)) {
            return List.of(path);
        }
        if (!Files.isDirectory(path)) {
            throw new RollcallException("the seed \"" + text + "\" is no file, no folder and not \"empty\"; paths start in " + Path.of("").toAbsolutePath());
        }
        List<Path> files;
        try (Stream<Path> entries = Files.list(path)) {
            files = entries.filter(file -> file.toString().matches("(?s).*\\.(json|ndjson)") && !file.toString().endsWith(".schema.json")).sorted()
                .collect(Collectors.toList());
        } catch (IOException cause) {
            throw new RollcallException("the folder \"" + text + "\" cannot be read: " + cause, cause);
        }
        if (files.isEmpty()) {
            throw new RollcallException("the folder \"" + text + "\" holds no .json or .ndjson file; name one that does");
        }
        return files;
    }

    /** Restores the initial state: data, settings and clock. Its faults and journal are cleared. */
    public void reset() {
        ask("POST", own("reset"), Map.of("to", options.isEmpty ? "empty" : "template"));
        prepare();
    }

    /** Freezes its clock at this time. */
    public void freeze(Instant at) {
        ask("PUT", about("clock"), Map.of("mode", "fixed", "time", Instant.ofEpochMilli(at.toEpochMilli()).toString()));
    }

    /** Moves its clock forward: tokens expire, signatures become outdated. */
    public void advance(Duration by) {
        ask("POST", about("clock/advance"), Map.of("by", by.toMillis() + "ms"));
    }

    /** Selects the calls of an operation: {@code fail("aliyun-ehpc", "ListUsersAsync").with("ServiceUnavailable")}. */
    public Failing fail(String provider, String operation) {
        return new Failing(this, provider, operation);
    }

    /** Selects all calls of a provider. */
    public Failing fail(String provider) {
        return new Failing(this, provider, null);
    }

    /** All calls, oldest first. */
    public List<Call> calls() {
        return calls("");
    }

    /** The calls of a provider, oldest first. */
    public List<Call> calls(String provider) {
        return list("&provider=" + encoded(provider));
    }

    /** The calls of an operation of a provider, oldest first. */
    public List<Call> calls(String provider, String operation) {
        return list("&provider=" + encoded(provider) + "&operation=" + encoded(operation));
    }

    private static String encoded(String text) {
        return java.net.URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private List<Call> list(String filter) {
        List<Call> found = new ArrayList<>();
        String before = "";
        while (true) {
            Map<?, ?> page = (Map<?, ?>) ask("GET", about("journal") + filter.replace("&provider=&", "&").replaceFirst("&provider=$", "") + before, null);
            List<?> entries = (List<?>) page.get("entries");
            entries.forEach(entry -> found.add(new Call(entry)));
            if (entries.size() < PAGE) {
                Collections.reverse(found);
                return found;
            }
            before = "&before=" + found.get(found.size() - 1).id();
        }
    }

    /**
     * Asserts that an operation was called at least once, or as often as expected; a failure lists the closest calls with their
     * differences.
     */
    public void assertCalled(String provider, String operation, Expected... expected) {
        Map<String, Object> match = new LinkedHashMap<>(Map.of("provider", provider, "operation", operation, "namespace", name));
        Map<String, Object> question = new LinkedHashMap<>(Map.of("match", match, "count", Map.of("at_least", 1)));
        for (Expected one : expected) {
            one.into(question);
        }
        try {
            server.json("POST", about("journal/verify"), question);
        } catch (Server.Refusal refusal) {
            if (refusal.nearest == null) {
                throw refusal.told();
            }
            StringBuilder told = new StringBuilder(provider + " " + operation + ": " + refusal.getMessage());
            if (!refusal.nearest.isEmpty()) {
                told.append("\nthe nearest calls:");
                refusal.nearest.forEach(call -> told.append('\n').append(call));
            }
            throw new AssertionError(told.toString());
        }
    }

    /** {@link #assertCalled} with {@code times(0)}. */
    public void assertNotCalled(String provider, String operation, Expected... expected) {
        List<Expected> all = new ArrayList<>(List.of(expected));
        all.add(Expected.times(0));
        assertCalled(provider, operation, all.toArray(new Expected[0]));
    }

    /** Fails if a call matched no operation, if so configured. */
    void assertMatched() {
        if (options.isStrict) {
            List<Call> lost = calls().stream().filter(Call::isUnmatched).collect(Collectors.toList());
            if (!lost.isEmpty()) {
                throw new AssertionError("a call came to no operation:\n" + lost.stream().map(Call::toString).collect(Collectors.joining("\n")));
            }
        }
    }

    /** The report for a failed test; empty if all calls succeeded. */
    String failedCalls() {
        List<Call> failed = calls().stream().filter(Call::hasFailed).collect(Collectors.toList());
        if (failed.isEmpty()) {
            return "";
        }
        return "the calls that failed in namespace " + name + ":\n" + failed.stream().map(Call::toString).collect(Collectors.joining("\n"));
    }

    /** Drops it; JUnit does so when the test ends. */
    @Override
    public void close() {
        try {
            server.json("DELETE", "namespaces/" + name, null);
        } catch (Server.Refusal refusal) {
            if (refusal.status != 404) {
                throw refusal.told();
            }
        }
    }

    @Override
    public String toString() {
        return "namespace " + name + " at " + url;
    }
}

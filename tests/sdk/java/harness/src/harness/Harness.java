package harness;

import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A small frame for programs that drive a server through an official SDK; the twin of ../../go/harness.
 *
 * <pre>
 * java -cp ... harness.Harness HuaweiRocketmq http://127.0.0.1:4700           every case
 * java -cp ... harness.Harness HuaweiRocketmq http://127.0.0.1:4700 limit     the cases with "limit" in their names
 * </pre>
 *
 * <p>It prints one line per case, then {@code N passed, N failed}, and exits with 0 or 1. A program is a class with a method
 * {@code cases} that adds claims:
 *
 * <pre>
 * static void cases() {
 *     claim("an unknown instance is 404 with DMS.00404022", () -&gt; {
 *         var refusal = fails(ClientRequestException.class, () -&gt; list(unknownInstance));
 *         equal(refusal.getErrorCode(), "DMS.00404022");
 *     });
 * }
 * </pre>
 *
 * <p>What belongs to an account comes from the environment: SDK_ACCESS_KEY, SDK_SECRET_KEY, and SDK_&lt;NAME&gt; for every setting.
 */
public final class Harness {
    /** What a case does. */
    public interface Body {
        void run() throws Throwable;
    }

    /** A call of an SDK. */
    public interface Making<T> {
        T make() throws Throwable;
    }

    private record Claim(String title, Body body) {}

    /** An unmet expectation. */
    private static final class Unmet extends AssertionError {
        private static final long serialVersionUID = 1;

        Unmet(String what) {
            super(what);
        }
    }

    /** As http://127.0.0.1:4700. */
    public static String baseUrl;
    public static String scheme;
    public static String host;
    public static int port;
    /** Host and port, as the SDKs that take an endpoint without a scheme want it. */
    public static String address;
    public static final String accessKey = setting("access_key", "test-ak");
    public static final String secretKey = setting("secret_key", "test-sk");

    private static final PrintStream report = System.out;
    private static final List<Claim> claims = new ArrayList<>();
    private static final HttpClient client =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(10)).proxy(HttpClient.Builder.NO_PROXY).build();

    private Harness() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments.length < 2) {
            System.err.println("usage: harness.Harness PROGRAM BASE_URL [WORD ...]");
            System.exit(1);
        }
        URI url = URI.create(arguments[1]);
        baseUrl = arguments[1].replaceFirst("/+$", "");
        scheme = url.getScheme();
        host = url.getHost();
        port = url.getPort();
        if (host == null || port < 0) {
            System.err.println(arguments[1] + " is not a base URL such as http://127.0.0.1:4700");
            System.exit(1);
        }
        address = host + ":" + port;
        // Some SDKs print what they do, while the report is one line per case.
        PrintStream nothing = new PrintStream(OutputStream.nullOutputStream());
        System.setOut(nothing);
        System.setErr(nothing);
        Class<?> program = Class.forName(arguments[0]);
        var cases = program.getDeclaredMethod("cases");
        cases.setAccessible(true);
        try {
            cases.invoke(null);
        } catch (InvocationTargetException | ExceptionInInitializerError error) {
            report.println("FAIL  starting: " + reason(error.getCause(), program.getName()));
            report.println("0 passed, 1 failed");
            System.exit(1);
        }
        run(program.getName(), Arrays.asList(arguments).subList(2, arguments.length));
    }

    /** A value that differs between accounts: the environment's SDK_&lt;NAME&gt;, else the one of rollcall's demo data. */
    public static String setting(String name, String byDefault) {
        return Objects.requireNonNullElse(System.getenv("SDK_" + name.toUpperCase(Locale.ROOT)), byDefault);
    }

    /** Adds a case. Cases run in the order in which they were added; each needs none before it. */
    public static void claim(String title, Body body) {
        claims.add(new Claim(title, body));
    }

    /** Wants both to be the same; types count, so that 1 is not 1L. */
    public static void equal(Object actual, Object expected, Object... what) {
        if (!Objects.equals(actual, expected)) {
            String name = what.length == 0 ? "value" : String.join(" ", Arrays.stream(what).map(String::valueOf).toList());
            fail(name + " is " + shown(actual) + ", expected " + shown(expected));
        }
    }

    public static void holds(boolean condition, String otherwise) {
        if (!condition) {
            fail(otherwise);
        }
    }

    /** Wants the whole text to be of this form. */
    public static void matches(String text, String pattern, String what) {
        holds(text != null && text.matches(pattern), what + " is " + shown(text));
    }

    public static void fail(String why) {
        throw new Unmet(why);
    }

    /** Wants an exception of this class, and returns it. */
    public static <E extends Throwable> E fails(Class<E> kind, Body body) {
        try {
            body.run();
        } catch (Throwable thrown) {
            if (kind.isInstance(thrown)) {
                return kind.cast(thrown);
            }
            throw new Unmet("it threw the " + thrown.getClass().getName() + " " + thrown.getMessage() + ", expected a " + kind.getName());
        }
        throw new Unmet("no " + kind.getName() + ", but success");
    }

    /** What a call makes, where lambdas may throw nothing that is checked. */
    public static <T> T must(Making<T> making) {
        try {
            return making.make();
        } catch (RuntimeException | Error problem) {
            throw problem;
        } catch (Throwable problem) {
            throw new IllegalStateException(problem);
        }
    }

    /** Collects what the pages hold: page(n) is asked with the number of elements met so far, until one is empty. */
    public static <T> List<T> walk(IntFunction<List<T>> page) {
        List<T> met = new ArrayList<>();
        while (true) {
            List<T> elements = page.apply(met.size());
            if (elements.isEmpty()) {
                return met;
            }
            met.addAll(elements);
            holds(met.size() <= 1000, "the walk does not end");
        }
    }

    /** Wants no element twice. */
    public static void unique(List<?> elements) {
        var seen = new HashSet<Object>();
        for (Object element : elements) {
            holds(seen.add(element), element + " comes twice");
        }
    }

    /** A name that nothing has yet: the word and twelve hexadecimal digits. */
    public static String fresh(String word) {
        return word + freshId().substring(0, 12);
    }

    /** A new id of 32 hexadecimal digits. */
    public static String freshId() {
        return UUID.randomUUID().toString().replace("-", "");
    }

    /** Calls rollcall's own /_rollcall/&lt;path&gt; and returns the text of the answer. */
    public static String control(String method, String path, String body) {
        var request = HttpRequest.newBuilder(URI.create(baseUrl + "/_rollcall/" + path)).timeout(Duration.ofSeconds(10));
        if (body == null) {
            request.method(method, HttpRequest.BodyPublishers.noBody());
        } else {
            request.method(method, HttpRequest.BodyPublishers.ofString(body)).header("Content-Type", "application/json");
        }
        var answer = must(() -> client.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8)));
        holds(answer.statusCode() < 300, method + " /_rollcall/" + path + ": " + answer.statusCode() + " " + answer.body());
        return answer.body();
    }

    /** Makes calls of this operation in this namespace fail so many times with a row of the provider's error table. */
    public static void fault(String namespace, String provider, String operation, String error, int times) {
        disturb(namespace, provider, operation, "{\"error\": \"" + error + "\"}", times);
    }

    /** Does anything to calls of this operation in this namespace, so many times; the effect is JSON: {@code "reset"} with its quotes. */
    public static void disturb(String namespace, String provider, String operation, String effect, int times) {
        control("POST", "faults?namespace=" + namespace, """
            {"match": {"provider": "%s", "operation": "%s"}, "effect": %s, "times": %d}""".formatted(provider, operation, effect, times));
    }

    /** The statuses of the calls of this operation in this namespace, oldest first. */
    public static List<Integer> calls(String namespace, String operation) {
        // The key as such: inside of a text its quotes would be escaped.
        Matcher statuses = Pattern.compile("\"status\":\\s*(\\d+)").matcher(control("GET", "journal?namespace=" + namespace + "&operation=" + operation, null));
        List<Integer> found = new ArrayList<>();
        while (statuses.find()) {
            found.add(Integer.valueOf(statuses.group(1)));
        }
        Collections.reverse(found);
        return found;
    }

    /** A key that goes with a token. */
    public record TemporaryKey(String accessKey, String secretKey, String token) {}

    /** Puts a temporary key into the default namespace and returns it. */
    public static TemporaryKey temporaryKey() {
        var key = new TemporaryKey(fresh("temporary-ak-"), fresh("temporary-sk-"), fresh("temporary-token-"));
        control("POST", "namespaces/default/seed", """
            {"credentials": [{"access_key": "%s", "secret_key": "%s", "token": "%s"}]}""".formatted(key.accessKey, key.secretKey, key.token));
        return key;
    }

    /** Whether this server verifies the signatures of this provider. */
    public static boolean isStrict(String provider) {
        return Pattern.compile("\"" + provider + "\":\\s*\"strict\"").matcher(control("GET", "namespaces/default/settings", null)).find();
    }

    private static synchronized void close(int passed, int failed) {
        report.println(passed + " passed, " + failed + " failed");
        report.flush();
        // Without waiting for the threads that SDKs leave behind.
        Runtime.getRuntime().halt(failed > 0 ? 1 : 0);
    }

    private static void run(String program, List<String> words) {
        int[] counts = new int[2];
        String[] running = {"starting"};
        long seconds = Long.parseLong(setting("seconds", "120"));
        Thread watch = new Thread(() -> {
            try {
                Thread.sleep(seconds * 1000);
            } catch (InterruptedException interrupted) {
                return;
            }
            report.println("FAIL  " + running[0] + ": the program ran longer than " + seconds + " s");
            close(counts[0], counts[1] + 1);
        });
        watch.setDaemon(true);
        watch.start();
        for (Claim claim : claims) {
            if (!words.isEmpty() && words.stream().noneMatch(claim.title::contains)) {
                continue;
            }
            running[0] = claim.title;
            try {
                claim.body.run();
                counts[0]++;
                report.println("ok    " + claim.title);
            } catch (Throwable problem) {
                counts[1]++;
                report.println("FAIL  " + claim.title + ": " + reason(problem, program));
            }
            report.flush();
        }
        if (counts[0] + counts[1] == 0) {
            report.println("FAIL  no case matches " + words);
            close(0, 1);
        }
        close(counts[0], counts[1]);
    }

    /** A line that says what was wrong and where. */
    private static String reason(Throwable problem, String program) {
        Throwable cause = problem instanceof IllegalStateException && problem.getCause() != null ? problem.getCause() : problem;
        String text = (cause instanceof Unmet ? "" : cause.getClass().getName() + ": ") + cause.getMessage();
        text = text.replaceAll("\\s+", " ").strip();
        int line = 0;
        for (StackTraceElement frame : problem.getStackTrace()) {
            if (frame.getClassName().equals(program)) {
                line = frame.getLineNumber(); // the last is the case itself
            }
        }
        return text.substring(0, Math.min(text.length(), 600)) + " (line " + line + ")";
    }

    private static String shown(Object value) {
        return value instanceof String ? "\"" + value + "\"" : value + (value instanceof Long ? "L" : "");
    }
}

package io.github.rollcallmock.junit;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.junit.jupiter.api.extension.ExtensionContext;

/** The single server of a JVM: the one that ROLLCALL_URL names, or else a child process. JUnit's root store closes it. */
@SuppressWarnings("deprecation") // CloseableResource is what every JUnit 5 and 6 closes.
final class Server implements ExtensionContext.Store.CloseableResource, AutoCloseable {
    /** The version of the server that this package belongs to; Cargo.toml has it too. */
    static final String VERSION = "0.1.0";

    /** The timeout of one answer: a large seed, or a verification that waits a minute. */
    private static final Duration TIME_TO_ANSWER = Duration.ofMinutes(5);

    /** An error answer of the control plane. */
    static final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1;
        final transient int status;
        final transient List<Call> nearest;

        Refusal(int status, String detail, List<Call> nearest) {
            super(detail);
            this.status = status;
            this.nearest = nearest;
        }

        RollcallException told() {
            return new RollcallException(getMessage());
        }
    }

    final String url;
    final String accessKey;
    final String secretKey;
    private final String token;
    private final ServerProcess process; // null where the server was there already
    // Never through a proxy.
    private final HttpClient client =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(10)).proxy(HttpClient.Builder.NO_PROXY).build();

    private Server(String url, Map<String, String> environment, ServerProcess process) {
        this.url = url;
        this.process = process;
        // `rollcall run` and `rollcall env` append ~ and a namespace.
        accessKey = variable(environment, "ROLLCALL_ACCESS_KEY", "test-ak").split("~", 2)[0];
        secretKey = variable(environment, "ROLLCALL_SECRET_KEY", "test-sk");
        token = variable(environment, "ROLLCALL_ADMIN_TOKEN", "");
    }

    private static String variable(Map<String, String> environment, String name, String byDefault) {
        String value = environment.getOrDefault(name, "");
        return value.isEmpty() ? byDefault : value;
    }

    /** The server that these variables name, or else one that is started with these flags. */
    static Server obtain(Map<String, String> environment, List<String> flags) {
        String named = variable(environment, "ROLLCALL_URL", "");
        Server server;
        if (named.isEmpty()) {
            ServerProcess process = ServerProcess.start(find(environment), environment, flags);
            server = new Server(process.url(), environment, process);
        } else {
            server = new Server(address(named), environment, null);
        }
        try {
            server.check();
        } catch (RuntimeException problem) {
            server.close();
            throw problem;
        }
        return server;
    }

    private static String address(String named) {
        Matcher parts = Pattern.compile("(https?://[^/?#\\s]+)/*").matcher(named);
        if (!parts.matches()) {
            throw new RollcallException("ROLLCALL_URL \"" + named + "\" is not the address of a server; write it as http://127.0.0.1:4700");
        }
        return parts.group(1);
    }

    /** Looks for the binary in the same places as all rollcall helpers. */
    private static String find(Map<String, String> environment) {
        String named = variable(environment, "ROLLCALL_BIN", "");
        if (named.contains("/") || named.contains(File.separator)) {
            if (isProgram(Path.of(named))) {
                return named;
            }
        } else {
            String wanted = named.isEmpty() ? "rollcall" : named;
            for (String folder : environment.getOrDefault("PATH", "").split(File.pathSeparator)) {
                for (String name : List.of(wanted, wanted + ".exe")) {
                    Path file = Path.of(folder, name);
                    if (!folder.isEmpty() && isProgram(file)) {
                        return file.toString();
                    }
                }
            }
        }
        if (!named.isEmpty()) {
            throw new RollcallException("ROLLCALL_BIN names \"" + named + "\", which cannot be run; name rollcall's binary, or unset it");
        }
        throw new RollcallException("rollcall is not on PATH; install it (`pip install rollcall-mock`, `npm install -g rollcall-mock` or "
            + "`cargo install rollcall-mock`), or name its binary with ROLLCALL_BIN, or a running server with ROLLCALL_URL");
    }

    private static boolean isProgram(Path file) {
        return Files.isRegularFile(file) && Files.isExecutable(file);
    }

    /** Verifies that it is rollcall, accepts this token, and is not older than this package. */
    private void check() {
        Object answer = json("GET", "ready", null);
        Map<?, ?> health = answer instanceof Map ? (Map<?, ?>) answer : Map.of();
        if (!"ok".equals(health.get("status"))) {
            throw stranger("it said \"" + health.get("status") + "\" to /_rollcall/ready");
        }
        String version = String.valueOf(health.get("version"));
        if (isOlder(version)) {
            throw new RollcallException("the rollcall " + version + " at " + url + " is older than this package, which is " + VERSION + "; update it");
        }
        // Health is public; this is not.
        json("GET", "journal?limit=0", null);
    }

    /** Compares major and minor versions: patches change nothing between a client and a server. */
    private static boolean isOlder(String version) {
        int[] theirs = generation(version), ours = generation(VERSION);
        return theirs[0] < ours[0] || theirs[0] == ours[0] && theirs[1] < ours[1];
    }

    private static int[] generation(String version) {
        Matcher numbers = Pattern.compile("(\\d{1,6})\\.(\\d{1,6}).*").matcher(version);
        return numbers.matches() ? new int[] {Integer.parseInt(numbers.group(1)), Integer.parseInt(numbers.group(2))} : new int[2];
    }

    /** Calls /_rollcall/&lt;path&gt; with a value as JSON, unless that is null, and parses the answer. */
    Object json(String method, String path, Object body) {
        return send(method, path, body == null ? null : Json.write(body), "application/json");
    }

    Object send(String method, String path, String body, String type) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + "/_rollcall/" + path)).timeout(TIME_TO_ANSWER);
        if (body == null) {
            request.method(method, HttpRequest.BodyPublishers.noBody());
        } else {
            request.method(method, HttpRequest.BodyPublishers.ofString(body)).header("Content-Type", type);
        }
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        HttpResponse<String> answer;
        try {
            answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        } catch (IOException cause) {
            throw unreachable(cause);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new RollcallException("the test was interrupted while rollcall was asked", interrupted);
        }
        if (answer.statusCode() >= 400) {
            throw refusal(answer, path);
        }
        if (answer.body().isEmpty()) {
            return null;
        }
        try {
            return Json.read(answer.body());
        } catch (IllegalArgumentException none) {
            throw stranger("it said \"" + excerpt(answer.body()) + "\"");
        }
    }

    /** Parses an RFC 9457 answer; if it is not one, something other than rollcall has answered. */
    private RuntimeException refusal(HttpResponse<String> answer, String path) {
        Object read = null;
        try {
            read = Json.read(answer.body());
        } catch (IllegalArgumentException none) {
            // Reported below.
        }
        Map<?, ?> problem = read instanceof Map ? (Map<?, ?>) read : Map.of();
        if (!(problem.get("detail") instanceof String)) {
            return stranger("/_rollcall/" + path.split("\\?", 2)[0] + " was answered with " + answer.statusCode());
        }
        if (answer.statusCode() == 401) {
            return new RollcallException("the control plane of " + url + " is locked; set ROLLCALL_ADMIN_TOKEN to what it was started with");
        }
        String detail = (String) problem.get("detail");
        String pointer = problem.get("pointer") instanceof String ? (String) problem.get("pointer") : "";
        // The message about a seed already contains the place.
        String place = pointer.substring(pointer.lastIndexOf('/') + 1);
        if (!place.isEmpty() && !detail.contains(place)) {
            detail += " (at " + pointer + ")";
        }
        List<Call> nearest = null;
        if (problem.get("nearest") instanceof List) {
            nearest = ((List<?>) problem.get("nearest")).stream().map(Call::new).collect(Collectors.toCollection(ArrayList::new));
        }
        return new Refusal(answer.statusCode(), detail, nearest);
    }

    private RollcallException stranger(String why) {
        return new RollcallException("what answers at " + url + " is not rollcall (" + why + "); start one there, or unset ROLLCALL_URL so that one is started for you");
    }

    private RollcallException unreachable(IOException cause) {
        String why = process == null ? null : process.whyGone();
        if (why != null) {
            return new RollcallException(why, cause);
        }
        return new RollcallException("no rollcall answers at " + url + " (" + cause + "); start one there, or unset ROLLCALL_URL so that one is started for you", cause);
    }

    static String excerpt(String text) {
        return text.length() > 60 ? text.substring(0, 60) + "…" : text;
    }

    @Override
    public void close() {
        if (process != null) {
            process.stop();
        }
    }
}

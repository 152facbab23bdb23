package io.github.rollcallmock.junit;

import static io.github.rollcallmock.junit.Bytehouse.contains;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class ServerTest {
    /** The environment of this JVM with these variables, and none of rollcall's but the binary. */
    private static Map<String, String> environment(String... more) {
        var made = new HashMap<>(System.getenv());
        made.keySet().removeIf(name -> name.startsWith("ROLLCALL_") && !name.equals("ROLLCALL_BIN"));
        for (int i = 0; i < more.length; i += 2) {
            made.put(more[i], more[i + 1]);
        }
        return made;
    }

    private static void tells(Map<String, String> environment, String... parts) {
        contains(assertThrows(RollcallException.class, () -> Server.obtain(environment, List.of()).close()).getMessage(), parts);
    }

    private static boolean answers(String url) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(url.substring(url.lastIndexOf(':') + 1))), 1000);
            return true;
        } catch (IOException refused) {
            return false;
        }
    }

    @Test
    void aServerThatWasStartedIsGoneWhenItIsClosed() {
        var server = Server.obtain(environment(), List.of());
        assertTrue(answers(server.url));
        server.close();
        server.close();
        assertFalse(answers(server.url));
    }

    @Test
    void aServerThatRunsAlreadyIsUsedAndKeptWithTheKeysOfTheEnvironment() {
        var own = Server.obtain(environment(), List.of());
        try {
            var used = Server.obtain(environment("ROLLCALL_URL", own.url + "/", "ROLLCALL_ACCESS_KEY", "my-ak~ignored", "ROLLCALL_SECRET_KEY", "my-sk", "PATH", "", "ROLLCALL_BIN", ""), List.of());
            assertEquals(List.of(own.url, "my-ak", "my-sk"), List.of(used.url, used.accessKey, used.secretKey));
            used.close();
            assertTrue(answers(own.url));
        } finally {
            own.close();
        }
    }

    @Test
    void aLockedServerOpensWithItsToken() {
        var own = Server.obtain(environment("ROLLCALL_ADMIN_TOKEN", "secret"), List.of());
        try {
            Server.obtain(environment("ROLLCALL_URL", own.url, "ROLLCALL_ADMIN_TOKEN", "secret"), List.of()).close();
            tells(environment("ROLLCALL_URL", own.url), "is locked; set ROLLCALL_ADMIN_TOKEN");
        } finally {
            own.close();
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void whatIsNotThereIsToldInASentence(@TempDir Path folder) throws IOException {
        tells(environment("ROLLCALL_BIN", "", "PATH", folder.toString()), "rollcall is not on PATH; install it", "pip install", "npm install", "cargo install", "ROLLCALL_URL");
        tells(environment("ROLLCALL_BIN", "/nowhere/rollcall"), "ROLLCALL_BIN names \"/nowhere/rollcall\", which cannot be run");
        tells(environment("ROLLCALL_BIN", folder.toString()), "which cannot be run");
        for (String none : List.of("127.0.0.1:4700", "ftp://x", "http://", "http://x/path", "http://x?y", "nonsense")) {
            tells(environment("ROLLCALL_URL", none), "is not the address of a server; write it as http://127.0.0.1:4700");
        }
        tells(environment("ROLLCALL_URL", "http://127.0.0.1:" + closedPort()), "no rollcall answers at http://127.0.0.1:", "unset ROLLCALL_URL");
        tells(environment("ROLLCALL_BIN", program(folder, "other", "#!/bin/sh\necho hello\n")), "is another program than rollcall (it said \"hello\")");
        tells(environment("ROLLCALL_BIN", program(folder, "old", "#!/bin/sh\necho \"error: unexpected argument '--until-stdin-closes' found\" >&2\nexit 2\n")), "is older than this package");
        tells(environment("ROLLCALL_BIN", program(folder, "mute", "#!/bin/sh\nexit 3\n")), "rollcall did not start: exit code 3");
        tells(environment("ROLLCALL_BIN", program(folder, "foreign", "\177ELF nonsense")), "rollcall did not start: exit code 127");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void theBinaryIsFoundOnThePath(@TempDir Path folder) throws IOException {
        program(folder, "rollcall", "#!/bin/sh\nexec \"$REAL\" \"$@\"\n");
        Server.obtain(environment("ROLLCALL_BIN", "", "REAL", System.getenv("ROLLCALL_BIN"), "PATH", folder + File.pathSeparator + "/bin"), List.of()).close();
    }

    private static String program(Path folder, String name, String text) throws IOException {
        Path file = Files.writeString(folder.resolve(name), text);
        assertTrue(file.toFile().setExecutable(true));
        return file.toString();
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Test
    void anotherServerIsToldFromRollcall() throws IOException {
        tells(said(404, "nothing"), "is not rollcall (/_rollcall/ready was answered with 404)", "unset ROLLCALL_URL");
        tells(said(200, "<html>"), "is not rollcall (it said ");
        tells(said(200, "[1]"), "is not rollcall (it said ");
        tells(said(200, ""), "is not rollcall");
        tells(said(200, "{\"status\": \"ok\", \"version\": \"0.0.9\"}"), "the rollcall 0.0.9 at", "is older than this package");
        tells(said(401, "{\"detail\": \"locked\"}"), "is locked; set ROLLCALL_ADMIN_TOKEN");
    }

    /** The environment for a server that says this to everything. */
    private static Map<String, String> said(int status, String body) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
        return environment("ROLLCALL_URL", "http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** What another JVM does, which is then killed. */
    static final class Starting {
        public static void main(String[] arguments) throws InterruptedException {
            System.out.println(Server.obtain(System.getenv(), List.of()).url);
            Thread.sleep(120_000);
        }
    }

    @Test
    void noServerOutlivesAJvmThatIsKilled() throws Exception {
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp", System.getProperty("java.class.path"), Starting.class.getName()));
        var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().keySet().removeIf(name -> name.startsWith("ROLLCALL_") && !name.equals("ROLLCALL_BIN"));
        var jvm = builder.start();
        var children = List.<ProcessHandle>of();
        try {
            String url = jvm.inputReader().readLine();
            assertTrue(answers(url));
            children = jvm.children().toList();
            assertEquals(1, children.size());
            jvm.destroyForcibly();
            jvm.waitFor();
            children.get(0).onExit().get(20, TimeUnit.SECONDS);
            assertFalse(answers(url));
        } finally {
            jvm.destroyForcibly();
            children.forEach(ProcessHandle::destroyForcibly);
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aServerThatDiesIsMissed() throws IOException {
        var before = ProcessHandle.current().children().map(ProcessHandle::pid).toList();
        var server = Server.obtain(environment(), List.of("--rng-seed", "7"));
        ProcessHandle.current().children().filter(child -> !before.contains(child.pid()))
            .filter(child -> child.info().arguments().map(List::of).orElse(List.of()).contains("--rng-seed")).forEach(ProcessHandle::destroyForcibly);
        contains(assertThrows(RollcallException.class, () -> server.json("GET", "ready", null)).getMessage(), "rollcall ended while it was in use", "exit code 137");
    }
}

package io.github.rollcallmock.junit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server that was started here. It ends when its standard input closes, a pipe that is closed when this JVM ends in any way. */
final class ServerProcess {
    /** A large seed may take the server long to load; without one it starts in milliseconds. */
    private static final long SECONDS_TO_START = 120;
    private static final int KEPT_OF_ERRORS = 16_384;
    private static final Pattern READY = Pattern.compile("rollcall ready .*?(https?://\\S+).*");

    private final String binary;
    private final Process process;
    private final StringBuilder said = new StringBuilder();
    private final Thread errors;
    private String url;

    private ServerProcess(String binary, Process process) {
        this.binary = binary;
        this.process = process;
        errors = draining("rollcall-stderr", () -> copyErrors(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8)));
    }

    private interface Draining {
        void run() throws IOException;
    }

    private static Thread draining(String name, Draining body) {
        Thread thread = new Thread(() -> {
            try {
                body.run();
            } catch (IOException ended) {
                // The process ended while its output was read.
            }
        }, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    static ServerProcess start(String binary, Map<String, String> environment, List<String> flags) {
        List<String> command = new ArrayList<>(List.of(binary, "serve", "--until-stdin-closes", "--listen", "127.0.0.1:0"));
        command.addAll(flags);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().clear();
        builder.environment().putAll(environment);
        // The key that callers will sign with, which a server has to know if it verifies signatures.
        if (environment.getOrDefault("ROLLCALL_CREDENTIAL", "").isEmpty() && flags.stream().noneMatch(flag -> flag.startsWith("--credential"))) {
            String access = environment.getOrDefault("ROLLCALL_ACCESS_KEY", "").split("~", 2)[0], secret = environment.getOrDefault("ROLLCALL_SECRET_KEY", "");
            builder.environment().put("ROLLCALL_CREDENTIAL", (access.isEmpty() ? "test-ak" : access) + ":" + (secret.isEmpty() ? "test-sk" : secret));
        }
        ServerProcess started;
        try {
            started = new ServerProcess(binary, builder.start());
        } catch (IOException cause) {
            throw new RollcallException(binary + " cannot be run here (" + cause.getMessage() + "); name rollcall's binary for this platform with ROLLCALL_BIN", cause);
        }
        started.awaitReady();
        return started;
    }

    private void awaitReady() {
        CompletableFuture<String> first = new CompletableFuture<>();
        draining("rollcall-stdout", () -> {
            try (BufferedReader reader = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                String line = reader.readLine();
                first.complete(line == null ? "" : line);
                // Drained, so that the server never blocks on a full pipe.
                while (line != null) {
                    line = reader.readLine();
                }
            } finally {
                first.complete("");
            }
        });
        String line;
        try {
            line = first.get(SECONDS_TO_START, TimeUnit.SECONDS);
        } catch (TimeoutException late) {
            stop();
            throw new RollcallException(binary + " has said nothing for " + SECONDS_TO_START + " s; give it less to load, or start it by hand and name it with ROLLCALL_URL");
        } catch (InterruptedException interrupted) {
            stop();
            Thread.currentThread().interrupt();
            throw new RollcallException("the test was interrupted while rollcall started", interrupted);
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
        Matcher ready = READY.matcher(line);
        if (ready.matches()) {
            url = ready.group(1);
            return;
        }
        stop();
        if (!line.isEmpty()) {
            throw new RollcallException(binary + " is another program than rollcall (it said \"" + Server.excerpt(line) + "\"); name rollcall's binary with ROLLCALL_BIN");
        }
        if (said().contains("unexpected argument '--until-stdin-closes'")) {
            throw new RollcallException("the rollcall at " + binary + " is older than this package, which is " + Server.VERSION + "; update it");
        }
        throw new RollcallException("rollcall did not start: " + ending());
    }

    String url() {
        return url;
    }

    /** Null while the server runs. */
    String whyGone() {
        try {
            // It may be about to end: the connection was just closed.
            if (!process.waitFor(200, TimeUnit.MILLISECONDS)) {
                return null;
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return null;
        }
        return "rollcall ended while it was in use (" + ending() + "); run the tests again with the configuration parameter rollcall.flags=--log debug";
    }

    /** How it ended: its own message, or its exit code. */
    private String ending() {
        String[] lines = said().strip().split("\n");
        for (int i = lines.length - 1; i >= 0; i--) {
            for (String prefix : List.of("rollcall: ", "error: ")) {
                if (lines[i].startsWith(prefix)) {
                    return lines[i].substring(prefix.length());
                }
            }
        }
        String code = process.isAlive() ? "it runs on" : "exit code " + process.exitValue();
        return lines[lines.length - 1].isEmpty() ? code : code + ": " + lines[lines.length - 1];
    }

    private String said() {
        try {
            errors.join(2000); // what it said last is on its way
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        synchronized (said) {
            return said.toString();
        }
    }

    private void copyErrors(Reader from) throws IOException {
        char[] piece = new char[1024];
        for (int read = from.read(piece); read >= 0; read = from.read(piece)) {
            synchronized (said) {
                said.append(piece, 0, read);
                said.delete(0, Math.max(0, said.length() - KEPT_OF_ERRORS));
            }
        }
    }

    /** Closes its standard input, which ends it; kills it if that fails. */
    void stop() {
        try {
            process.getOutputStream().close();
        } catch (IOException gone) {
            // It has already ended.
        }
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}

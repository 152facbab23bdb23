package io.github.rollcallmock.junit;

/** A refusal by rollcall, or why it is not available; the message says what to do. */
public final class RollcallException extends RuntimeException {
    private static final long serialVersionUID = 1;

    RollcallException(String message) {
        super(message);
    }

    RollcallException(String message, Throwable cause) {
        super(message, cause);
    }
}

package io.github.rollcallmock.junit;

/** What rollcall refused, or why there is none; the message says what to do. */
public final class RollcallException extends RuntimeException {
    private static final long serialVersionUID = 1;

    RollcallException(String message) {
        super(message);
    }

    RollcallException(String message, Throwable cause) {
        super(message, cause);
    }
}

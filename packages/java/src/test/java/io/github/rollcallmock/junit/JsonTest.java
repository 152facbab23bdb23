package io.github.rollcallmock.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {
    @Test
    void whatIsWrittenIsReadAgain() {
        for (Object value : Arrays.asList(
            Map.of(), List.of(), "", "\"\\/\b\f\n\r\t\0\37张🚀", 0L, -7L, Long.MAX_VALUE, 1.5, true, false, null,
            Map.of("a b\"", List.of(1L, Map.of("c", List.of(List.of()))))
        )) {
            assertEquals(value, Json.read(Json.write(value)));
        }
    }

    @Test
    void textIsReadAsItIsMeant() {
        assertEquals("aä🚀/\t", Json.read(" \"a\\u00e4\\uD83D\\uDE80\\/\\t\" "));
        assertEquals(Map.of("a", List.of(1L, 2.0, -3e2)), Json.read("{ \"a\" : [ 1 , 2.0,\n-3E2 ] }"));
        assertEquals("{\"a\":[1,\"b\"]}", Json.write(Map.of("a", List.of(1, "b"))));
    }

    @Test
    void nonsenseIsRefused() {
        for (String text : List.of(
            "", " ", "{", "}", "[", "]", "[1", "[1,", "[1,]", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,}", "{a:1}", "{1:1}", "\"", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\u12x4\"",
            "tru", "nul", "01x", "1 2", "--1", "1e", "+", "<html>", "[1] x", "'a'", "99999999999999999999", "[".repeat(100_000)
        )) {
            assertThrows(IllegalArgumentException.class, () -> Json.read(text), text.length() > 50 ? "deep" : text);
        }
    }
}

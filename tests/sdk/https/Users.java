// Java's own clients, told nothing but JAVA_TOOL_OPTIONS.
//
//     rollcall run --tls auto --proxy -- java Users.java
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

public class Users {
    static final String LIST =
        "https://ehpc.cn-hangzhou.aliyuncs.com/?Action=ListUsersAsync&Version=2018-04-12&ClusterId=ehpc-hz-vu7c2WkVGx";

    public static void main(String[] arguments) throws Exception {
        int failed = 0;
        String body = new String(URI.create(LIST).toURL().openStream().readAllBytes());
        if (!body.contains("testuser")) {
            failed++;
            System.out.println("FAIL  HttpURLConnection: " + body);
        }
        HttpRequest request = HttpRequest.newBuilder(URI.create(LIST)).build();
        body = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
        if (!body.contains("testuser")) {
            failed++;
            System.out.println("FAIL  HttpClient: " + body);
        }
        try {
            URI.create("https://example.com/").toURL().openStream().close();
            failed++;
            System.out.println("FAIL  example.com answers");
        } catch (IOException refused) {
            if (!refused.getMessage().contains("rollcall serves only its providers' hosts")) {
                failed++;
                System.out.println("FAIL  example.com: " + refused);
            }
        }
        System.out.println((3 - failed) + " passed, " + failed + " failed");
        System.exit(failed == 0 ? 0 : 1);
    }
}

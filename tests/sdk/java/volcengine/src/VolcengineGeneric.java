// sdk: com.volcengine:volc-sdk-java volcengine-bytehouse

import static harness.Harness.*;

import com.alibaba.fastjson.JSON;
import com.alibaba.fastjson.JSONObject;
import com.volcengine.model.ApiInfo;
import com.volcengine.model.Credentials;
import com.volcengine.model.ServiceInfo;
import com.volcengine.model.response.RawResponse;
import com.volcengine.service.BaseServiceImpl;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.http.Header;
import org.apache.http.NameValuePair;
import org.apache.http.message.BasicHeader;
import org.apache.http.message.BasicNameValuePair;

/** ByteHouse 2024-08-31 through the generic client of the older official Java SDK: volc-sdk-java. */
final class VolcengineGeneric {
    private static final String PROVIDER = "volcengine-bytehouse";
    private static final String OTHER = setting("other_user", "report_ro");
    private static final int ACCOUNT = Integer.parseInt(setting("account", "12345678"));

    private VolcengineGeneric() {}

    /** What a service of this SDK is: where it is, and for each action a method, a path and a query. */
    private static final class Service extends BaseServiceImpl {
        Service(String accessKey, String secretKey, String token) {
            super(service(), actions());
            setAccessKey(accessKey);
            setSecretKey(secretKey);
            if (token != null) {
                setSessionToken(token);
            }
        }

        private static ServiceInfo service() {
            var parameters = new HashMap<String, Object>();
            parameters.put("Host", address);
            parameters.put("Scheme", scheme);
            parameters.put("Credentials", new Credentials("cn-beijing", "bytehouse_ce"));
            parameters.put("Header", List.<Header>of(new BasicHeader("Accept", "application/json")));
            parameters.put("ConnectionTimeout", 10_000);
            parameters.put("SocketTimeout", 10_000);
            return new ServiceInfo(parameters);
        }

        private static Map<String, ApiInfo> actions() {
            var made = new HashMap<String, ApiInfo>();
            for (String method : List.of("GET", "POST")) {
                for (String action : List.of("ListUsers", "GetUserDetail", "UpdateUser", "DeleteUser", "CreateRole", "ListRoles", "DeleteRole", "CreateUser")) {
                    List<NameValuePair> query = List.of(new BasicNameValuePair("Action", action), new BasicNameValuePair("Version", "2024-08-31"));
                    made.put(method + " " + action, new ApiInfo(new HashMap<>(Map.of("Method", method, "Path", "/", "Query", query))));
                }
            }
            return made;
        }
    }

    static void cases() {
        var own = new Service(accessKey, secretKey, null);

        claim("the first user is the one of the document, asked for by query and by JSON", () -> {
            for (RawResponse answer : List.of(own.query("GET ListUsers", pairs(Map.of())), own.json("POST ListUsers", pairs(Map.of()), "{}"))) {
                var user = users(body(answer)).get(0);
                equal(List.of(user.getIntValue("UserID"), user.getString("Username"), user.getString("UserType")), List.of(ACCOUNT, "user1", "MAIN"));
                var metadata = body(answer).getJSONObject("ResponseMetadata");
                equal(List.of(metadata.getString("Action"), metadata.getString("Service"), metadata.getString("Region")), List.of("ListUsers", "bytehouse_ce", "cn-beijing"));
            }
        });

        claim("walks in pages of any size meet every user once in the same order", () -> {
            var everyone = names(body(own.query("GET ListUsers", pairs(Map.of("Limit", 1000)))));
            unique(everyone);
            for (int size : new int[] {1, 7, 10}) {
                equal(walk(met -> names(body(own.query("GET ListUsers", pairs(Map.of("Limit", size, "Offset", met)))))), everyone, "walk by", size);
            }
        });

        claim("names that have to be escaped arrive", () -> {
            for (String name : List.of("张三", "李 四", "a b*~+/=&%", "\"quoted\\name\"")) {
                equal(body(own.query("GET GetUserDetail", pairs(Map.of("Username", name)))).getJSONObject("Result").getJSONObject("Data").getJSONObject("User").getString("Username"), name);
            }
        });

        claim("a role is created, found and deleted", () -> {
            String name = fresh("role-");
            var created = body(own.json("POST CreateRole", pairs(Map.of()), JSON.toJSONString(Map.of("Name", name, "ClusterID", 137, "Description", "by the SDK"))));
            int id = created.getJSONObject("Result").getJSONObject("Data").getJSONObject("Role").getIntValue("ID");
            equal(body(own.query("GET ListRoles", pairs(Map.of("Name", name)))).getJSONObject("Result").getJSONObject("Data").getJSONArray("Roles").size(), 1);
            body(own.json("POST DeleteRole", pairs(Map.of()), "{\"RoleID\": " + id + "}"));
            refused(400, "FailedToGetRoleInMetadata", own.json("POST DeleteRole", pairs(Map.of()), "{\"RoleID\": " + id + "}"));
        });

        claim("what is refused is told by the status and the body, which the SDK puts into its exception", () -> {
            refused(400, "Bad Request", own.query("GET ListUsers", pairs(Map.of("Limit", -1))));
            refused(400, "Bad Request", own.query("GET ListUsers", pairs(Map.of("Offset", -1))));
            refused(400, "Bad Request", own.query("GET GetUserDetail", pairs(Map.of("Username", "nobody-here"))));
            refused(400, "Bad Request", own.json("POST DeleteUser", pairs(Map.of()), "{\"UserID\": 2147483647}"));
            refused(400, "Bad Request", own.json("POST UpdateUser", pairs(Map.of()), "{\"Username\": \"alice.chen\"}"));
            refused(404, "InvalidActionOrVersion", own.query("GET CreateUser", pairs(Map.of())));
        });

        claim("errors of the gateway are told, and nothing is retried", () ->
            Map.of("FlowLimitExceeded", 429, "ServiceUnavailable", 503, "LackPolicy", 403, "MissingSignature", 401).forEach((name, status) -> {
                String namespace = fresh("fault-");
                fault(namespace, PROVIDER, "ListUsers", name, 1);
                refused(status, name, new Service(accessKey + "~" + namespace, secretKey, null).query("GET ListUsers", pairs(Map.of())));
                equal(calls(namespace, "ListUsers"), List.of(status), name);
            }));

        claim("a namespace in the access key keeps its own users", () -> {
            var suite = new Service(accessKey + "~" + fresh("suite-"), secretKey, null);
            var found = body(suite.query("GET GetUserDetail", pairs(Map.of("Username", OTHER)))).getJSONObject("Result").getJSONObject("Data").getJSONObject("User");
            body(suite.json("POST DeleteUser", pairs(Map.of()), "{\"UserID\": " + found.getIntValue("UserID") + "}"));
            refused(400, "Bad Request", suite.query("GET GetUserDetail", pairs(Map.of("Username", OTHER))));
            body(own.query("GET GetUserDetail", pairs(Map.of("Username", OTHER))));
        });

        claim("a temporary key goes with its token", () -> {
            var key = temporaryKey();
            equal(names(body(new Service(key.accessKey(), key.secretKey(), key.token()).query("GET ListUsers", pairs(Map.of("Limit", 3))))).size(), 3);
            if (isStrict(PROVIDER)) {
                for (String another : new String[] {"another", null}) {
                    refused(401, "InvalidSecretToken", new Service(key.accessKey(), key.secretKey(), another).query("GET ListUsers", pairs(Map.of())));
                }
            }
        });

        claim("a wrong secret and an unknown key are refused where they are looked at", () -> {
            if (!isStrict(PROVIDER)) {
                body(new Service(accessKey, "wrong", null).query("GET ListUsers", pairs(Map.of())));
                return;
            }
            refused(401, "SignatureNotMatch", new Service(accessKey, "wrong", null).query("GET ListUsers", pairs(Map.of())));
            refused(401, "InvalidAccessKey", new Service("nobody", secretKey, null).query("GET ListUsers", pairs(Map.of())));
        });
    }

    private static List<NameValuePair> pairs(Map<String, ?> parameters) {
        var pairs = new ArrayList<NameValuePair>();
        parameters.forEach((name, value) -> pairs.add(new BasicNameValuePair(name, String.valueOf(value))));
        return pairs;
    }

    private static JSONObject body(RawResponse answer) {
        holds(answer.getCode() == 0, "the SDK's code is " + answer.getCode() + ": " + answer.getVerboseExceptionMessage());
        return JSON.parseObject(new String(answer.getData(), java.nio.charset.StandardCharsets.UTF_8));
    }

    private static void refused(int status, String code, RawResponse answer) {
        holds(answer.getCode() != 0, "the call succeeded");
        equal(answer.getHttpCode(), status);
        var body = JSON.parseObject(answer.getException().getMessage().replaceFirst("^[^{]*", ""));
        var metadata = body.getJSONObject("ResponseMetadata");
        equal(metadata.getJSONObject("Error").getString("Code"), code);
        matches(metadata.getString("RequestId"), "[0-9A-F]{32}", "the request id");
    }

    private static List<JSONObject> users(JSONObject body) {
        return body.getJSONObject("Result").getJSONObject("Data").getJSONArray("Users").toJavaList(JSONObject.class);
    }

    private static List<String> names(JSONObject body) {
        return users(body).stream().map(user -> user.getString("Username")).toList();
    }
}

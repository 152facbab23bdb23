// Maven: com.huaweicloud.sdk:huaweicloud-sdk-workspace
import com.huaweicloud.sdk.core.auth.BasicCredentials;
import com.huaweicloud.sdk.core.auth.ICredential;
import com.huaweicloud.sdk.workspace.v2.WorkspaceClient;
import com.huaweicloud.sdk.workspace.v2.model.ListUsersRequest;

public class Main {
    public static void main(String[] arguments) {
        ICredential key = new BasicCredentials().withAk("{key}").withSk("{secret}")
                .withProjectId("0bec5db98280d2d02fd6c00c2de791ce");
        WorkspaceClient client = WorkspaceClient.newBuilder().withCredential(key).withEndpoint("{url}").build();
        System.out.println(client.listUsers(new ListUsersRequest()));
    }
}

# pip install qingcloud-sdk
from qingcloud.iaas import APIConnection

connection = APIConnection("{key}", "{secret}", "jn1a", host="{hostname}", port={port}, protocol="{scheme}")
print(connection.send_request("HpcUserListUsers", {"cluster_id": "hpc-qig9xu97"}, url="/api/user", verb="GET"))

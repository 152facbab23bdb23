# server: --auth strict
"""The same with verified signatures, and the forms that are refused."""

import huawei_schemes
from harness import case, raises, run
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkcore.signer.algorithm import SigningAlgorithm

MISMATCH = "Incorrect IAM authentication information: verify aksk signature fail"


def refused(client, text):
    error = raises(
        ClientRequestException, lambda: huawei_schemes.awkward(client), status_code=401, error_code="APIGW.0301"
    )
    assert error.error_msg.startswith(text), error.error_msg


@case
def a_wrong_secret_is_a_mismatch_in_every_scheme():
    refused(huawei_schemes.with_algorithm(SigningAlgorithm.HMAC_SM3, "another"), MISMATCH)
    refused(huawei_schemes.derived("another"), MISMATCH)


@case
def private_keys_are_refused():
    text = "Incorrect IAM authentication information: unsupported signature algorithm"
    for algorithm in (SigningAlgorithm.ECDSA_P256_SHA256, SigningAlgorithm.SM2_SM3):
        refused(huawei_schemes.with_algorithm(algorithm), text)


if __name__ == "__main__":
    run()

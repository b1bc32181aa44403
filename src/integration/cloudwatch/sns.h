#pragma once
/** Amazon SNS: who signed a message, and whether that was Amazon.
 *  Source: https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html */
#include "port/alert_source.h"

/** True for an https address of SNS itself (sns.REGION.amazonaws.com, also .com.cn), or of a host (with its port) that `others`
 *  lists, separated by commas or spaces. No user name, no port, no other host that only looks like it. */
bool sns_address(Str url, Str others);
/** What was signed: the fields of a message in their order; "" when one is missing. */
Str  sns_signed_text(Arena *a, const Json *message);
/** Does `signature` (base64) of the text fit the certificate (PEM)? `version`: "1" is SHA-1, "2" SHA-256. The certificate must
 *  be valid at `now_ms`, have been issued for SNS when `is_amazon`, and, when the file brings its issuers, be signed by them.
 *  Fails: ERR_FORBIDDEN. */
Err  sns_verify(Arena *a, Str pem, Str version, Str signature, Str text, int64_t now_ms, bool is_amazon);
/** AlertSource.prove: the signature with the certificate that the message names, which is fetched and remembered for a day. */
Err  sns_prove(Cx *cx, const HttpReq *req, Str *ret_visit);

/* The certificate comes over HTTPS from an address of SNS itself, which is what makes it Amazon's: the file holds no
 * issuers to follow to a root. One that brings its issuers has to be signed by them. */
#include "integration/cloudwatch/sns.h"
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdlib.h>
#include "app/fetch.h"
#include "app/setting.h"

#define DAY_MS 86400000LL
enum { CERT_BYTES = 32 << 10, CERTS = 16, ISSUERS = 4, URL_BYTES = 300 };

/* ---- addresses */

static bool in_list(Str host, Str list)
{
    while (list.len) {
        size_t n = 0;
        while (n < list.len && list.at[n] != ',' && list.at[n] != ' ') n++;
        if (n && str_eq_nocase(str_sub(list, 0, n), host)) return true;
        list = str_sub(list, n + 1, list.len);
    }
    return false;
}

static bool of_amazon(Str host)
{
    static const char first[] = "sns.";
    if (!str_starts(host, str_of(first))) return false;
    Str rest = str_sub(host, sizeof first - 1, host.len), region = str_before(rest, '.'), domain = str_after(rest, '.');
    for (size_t i = 0; i < region.len; i++)
        if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789-", region.at[i])) return false;
    return region.len >= 3 && (str_eq(domain, S("amazonaws.com")) || str_eq(domain, S("amazonaws.com.cn")));
}

static Str host_of(Str url, bool *ret_https)
{
    *ret_https = str_starts(url, S("https://"));
    Str rest = *ret_https ? str_sub(url, 8, url.len) : str_starts(url, S("http://")) ? str_sub(url, 7, url.len) : S("");
    size_t n = 0;
    while (n < rest.len && !strchr("/?#\\@", rest.at[n])) n++;
    return n < rest.len && rest.at[n] == '/' ? str_sub(rest, 0, n) : S("");
}

bool sns_address(Str url, Str others)
{
    bool https;
    Str host = host_of(url, &https);
    for (size_t i = 0; i < url.len; i++)
        if ((unsigned char)url.at[i] <= ' ' || (unsigned char)url.at[i] >= 0x7F) return false;
    return host.len && ((https && of_amazon(host)) || in_list(host, others));
}

/* ---- what is signed */

Str sns_signed_text(Arena *a, const Json *m)
{
    static const char *const notice[] = { "Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type", NULL };
    static const char *const confirmation[] = { "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type", NULL };
    const char *const *names = str_eq(json_str_at(m, S("Type")), S("Notification")) ? notice : confirmation;
    Buf out = buf_new(a, 4 << 20);
    for (size_t i = 0; names[i]; i++) {
        const Json *value = json_get(m, str_of(names[i]));
        if (!json_is(value, JS_TEXT)) {
            if (!strcmp(names[i], "Subject")) continue;
            return S("");
        }
        buf_fmt(&out, "%s\n", names[i]);
        buf_add(&out, value->text);
        buf_byte(&out, '\n');
    }
    return buf_full(&out) ? S("") : buf_str(&out);
}

/* ---- the certificate */

static bool is_for_sns(X509 *cert)
{
    return X509_check_host(cert, "sns.amazonaws.com", 0, 0, NULL) == 1 || X509_check_host(cert, "sns.us-east-1.amazonaws.com", 0, 0, NULL) == 1
           || X509_check_host(cert, "sns.cn-north-1.amazonaws.com.cn", 0, 0, NULL) == 1;
}

static bool is_valid_at(X509 *cert, int64_t now_ms)
{
    time_t now = (time_t)(now_ms / 1000);
    return X509_cmp_time(X509_get0_notBefore(cert), &now) < 0 && X509_cmp_time(X509_get0_notAfter(cert), &now) > 0;
}

/** Each certificate of the file is signed by the one behind it. */
static bool chain_holds(BIO *in, X509 *leaf)
{
    X509 *below = leaf;
    bool holds = true;
    for (int i = 0; i < ISSUERS && holds; i++) {
        X509 *issuer = PEM_read_bio_X509(in, NULL, NULL, NULL);
        if (!issuer) break;
        holds = X509_check_issued(issuer, below) == X509_V_OK && X509_verify(below, X509_get0_pubkey(issuer)) == 1;
        if (below != leaf) X509_free(below);
        below = issuer;
    }
    if (below != leaf) X509_free(below);
    return holds;
}

static const char *check_signature(X509 *cert, Str version, Str signature, Str text)
{
    unsigned char bytes[1024];
    if (signature.len > sizeof bytes || signature.len % 4 || !signature.len) return "its signature is no base64";
    int n = EVP_DecodeBlock(bytes, (const unsigned char *)signature.at, (int)signature.len);
    for (size_t i = signature.len; n > 0 && i-- > 0 && signature.at[i] == '=';) n--;
    if (n <= 0) return "its signature is no base64";
    const EVP_MD *digest = str_eq(version, S("1")) ? EVP_sha1() : str_eq(version, S("2")) ? EVP_sha256() : NULL;
    if (!digest) return "its SignatureVersion is neither 1 nor 2";
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool fits = ctx && EVP_DigestVerifyInit(ctx, NULL, digest, NULL, X509_get0_pubkey(cert)) == 1
                && EVP_DigestVerify(ctx, bytes, (size_t)n, (const unsigned char *)text.at, text.len) == 1;
    EVP_MD_CTX_free(ctx);
    return fits ? NULL : "its signature does not fit what it says";
}

Err sns_verify(Arena *a, Str pem, Str version, Str signature, Str text, int64_t now_ms, bool is_amazon)
{
    BIO *in = BIO_new_mem_buf(pem.at, (int)pem.len);
    X509 *cert = in ? PEM_read_bio_X509(in, NULL, NULL, NULL) : NULL;
    const char *wrong = !cert ? "what its SigningCertURL gives is no certificate"
                        : !is_valid_at(cert, now_ms) ? "its certificate is not valid now"
                        : is_amazon && !is_for_sns(cert) ? "its certificate was not issued for SNS"
                        : !chain_holds(in, cert) ? "its certificate is not signed by the issuer that stands with it"
                        : check_signature(cert, version, signature, text);
    X509_free(cert);
    BIO_free(in);
    return wrong ? fail(a, ERR_FORBIDDEN, "this is no message of SNS: %s", wrong) : OK;
}

/* ---- certificates that are known already */

static struct Known { char url[URL_BYTES], pem[CERT_BYTES]; size_t len; int64_t until_ms; } *known[CERTS];
static size_t next_known;
static pthread_mutex_t known_lock = PTHREAD_MUTEX_INITIALIZER;

static Str recall(Arena *a, Str url, int64_t now_ms)
{
    Str found = S("");
    pthread_mutex_lock(&known_lock);
    for (size_t i = 0; i < CERTS; i++)
        if (known[i] && known[i]->until_ms > now_ms && str_eq(str_of(known[i]->url), url)) found = arena_str(a, (Str){ known[i]->pem, known[i]->len });
    pthread_mutex_unlock(&known_lock);
    return found;
}

static void remember(Str url, Str pem, int64_t now_ms)
{
    if (url.len >= URL_BYTES || pem.len > CERT_BYTES) return;
    pthread_mutex_lock(&known_lock);
    struct Known *k = known[next_known % CERTS];
    if (!k) k = known[next_known % CERTS] = calloc(1, sizeof *k);
    if (k) {
        *k = (struct Known){ .len = pem.len, .until_ms = now_ms + DAY_MS };
        memcpy(k->url, url.at, url.len);
        memcpy(k->pem, pem.at, pem.len);
        next_known++;
    }
    pthread_mutex_unlock(&known_lock);
}

/** Hosts of `others` are reached wherever they are: an administrator named them. */
static Str hosts_without_ports(Arena *a, Str others)
{
    Buf out = buf_new(a, 2 * others.len + 8);
    for (size_t i = 0; i < others.len;) {
        size_t n = i;
        while (n < others.len && others.at[n] != ',' && others.at[n] != ' ') n++;
        buf_add(&out, str_before(str_sub(others, i, n - i), ':'));
        buf_byte(&out, ' ');
        i = n + 1;
    }
    return buf_str(&out);
}

Err sns_prove(Cx *cx, const HttpReq *req, Str *ret_visit)
{
    const Json *m = NULL;
    Str others = setting_str(cx, "alerts.sns_hosts");
    *ret_visit = S("");
    if (json_read(cx->arena, req->body, &m).info || !json_is(json_get(m, S("SigningCertURL")), JS_TEXT)) {
        if (!http_header(req, "x-amz-sns-rawdelivery").len && json_is(json_get(m, S("TopicArn")), JS_TEXT))
            return fail(cx->arena, ERR_FORBIDDEN, "this message of SNS is not signed");
        return OK;                                              /* raw delivery: the key in the address is what proves it */
    }
    Str text = sns_signed_text(cx->arena, m), url = json_str_at(m, S("SigningCertURL"));
    if (!text.len) return fail_field(cx->arena, S("Type"), "this is no whole message of SNS");
    if (!sns_address(url, others)) return fail(cx->arena, ERR_FORBIDDEN, "SigningCertURL is not an address of SNS");
    Str visit = str_eq(json_str_at(m, S("Type")), S("SubscriptionConfirmation")) ? json_str_at(m, S("SubscribeURL")) : S("");
    if (visit.len && !sns_address(visit, others)) return fail(cx->arena, ERR_FORBIDDEN, "SubscribeURL is not an address of SNS");
    Str pem = recall(cx->arena, url, cx->now_ms);
    bool fetched = !pem.len;
    if (fetched) {
        Fetched got;
        Fetch what = { .url = url, .allow = hosts_without_ports(cx->arena, others), .deadline_ms = 5000, .max_bytes = CERT_BYTES };
        Err e = fetch_get(cx, &what, &got);
        if (e.info || got.status != 200)
            return fail(cx->arena, ERR_UNAVAILABLE, "the certificate of SNS cannot be fetched now");      /* SNS sends again */
        pem = got.body;
    }
    bool https, is_amazon = of_amazon(host_of(url, &https));
    TRY(sns_verify(cx->arena, pem, json_str_at(m, S("SignatureVersion")), json_str_at(m, S("Signature")), text, cx->now_ms, is_amazon));
    if (fetched) remember(url, pem, cx->now_ms);
    *ret_visit = visit;
    return OK;
}

/** Passwords: what is accepted, and how they are kept. The rules follow NIST SP 800-63B: a minimum length, no
 *  composition rules, refusal of what is guessed first. argon2id with libsodium's interactive limits
 *  (64 MiB, about 0.1 s); at most two run at one time, so that a burst of sign-ins cannot eat the memory. */
#include <pthread.h>
#include <semaphore.h>
#include <sodium.h>
#include "base/utf8.h"
#include "feature/account/internal.h"

#define PASSWORD_MIN 8
#define PASSWORD_MAX_BYTES 256

/* Heads of public lists of leaked passwords, of the length that the first rule lets through. */
static const char *const guessed_first[] = {
    "password", "password1", "password12", "password123", "passw0rd", "p@ssw0rd", "p@ssword", "12345678", "123456789",
    "1234567890", "12345678910", "87654321", "qwertyui", "qwertyuiop", "qwerty123", "qwerty1234", "1q2w3e4r",
    "1q2w3e4r5t", "1qaz2wsx", "zaq12wsx", "abc12345", "abcd1234", "abcdefgh", "iloveyou", "sunshine", "princess",
    "football", "baseball", "superman", "trustno1", "letmein1", "welcome1", "welcome123", "admin123", "admin1234",
    "administrator", "changeme", "changeme1", "hindsight", "hindsight1", "postmortem", "post-mortem", "woaini1314",
    "5201314520", "147258369", "asdfghjkl", "asdf1234", "zxcvbnm123", "computer", "internet", "whatever", "starwars",
    "michelle", "jennifer", "1234qwer", "qwer1234", "a1234567", "aa123456", "dragon123", "monkey123", NULL
};

static sem_t hashing;
static char absent[crypto_pwhash_STRBYTES];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void begin(void)
{
    if (sodium_init() < 0) bug("libsodium does not start");
    sem_init(&hashing, 0, 2);
    char secret[32];
    randombytes_buf(secret, sizeof secret);
    if (crypto_pwhash_str(absent, secret, sizeof secret, crypto_pwhash_OPSLIMIT_INTERACTIVE,
                          crypto_pwhash_MEMLIMIT_INTERACTIVE)) bug("no memory to hash a password");
}

static bool same_characters(Str s)
{
    for (size_t i = 1; i < s.len; i++)
        if (s.at[i] != s.at[0]) return false;
    return true;
}

static Err check(Cx *cx, Str password, Str name, Str email)
{
    Str field = S("password");
    if (!utf8_valid(password)) return fail_field(cx->arena, field, "the password is not valid UTF-8");
    if (utf8_length(password) < PASSWORD_MIN)
        return fail_field(cx->arena, field, "the password needs at least %d characters", PASSWORD_MIN);
    if (password.len > PASSWORD_MAX_BYTES)
        return fail_field(cx->arena, field, "the password may have at most %d bytes", PASSWORD_MAX_BYTES);
    bool guessed = same_characters(password) || str_eq_nocase(password, name)
                   || str_eq_nocase(password, email)
                   || str_eq_nocase(password, str_before(email, '@'));
    for (size_t i = 0; guessed_first[i] && !guessed; i++)
        guessed = str_eq_nocase(password, str_of(guessed_first[i]));
    return guessed
               ? fail_field(cx->arena, field,
                            "this password is among the first that are guessed: pick another one")
               : OK;
}

Err password_make(Cx *cx, Str password, Str name, Str email, Str *ret_hash)
{
    TRY(check(cx, password, name, email));
    pthread_once(&once, begin);
    char hash[crypto_pwhash_STRBYTES];
    sem_wait(&hashing);
    int failed = crypto_pwhash_str(hash, password.at, password.len, crypto_pwhash_OPSLIMIT_INTERACTIVE,
                                   crypto_pwhash_MEMLIMIT_INTERACTIVE);
    sem_post(&hashing);
    if (failed) return fail(cx->arena, ERR_UNAVAILABLE, "there is not enough memory to hash a password now");
    *ret_hash = arena_str(cx->arena, str_of(hash));
    return OK;
}

bool password_matches(Str hash, Str password)
{
    pthread_once(&once, begin);
    char against[crypto_pwhash_STRBYTES] = { 0 };
    bool known = hash.len > 0 && hash.len < sizeof against;
    memcpy(against, known ? hash.at : absent, known ? hash.len : sizeof absent);
    if (password.len > PASSWORD_MAX_BYTES) password.len = PASSWORD_MAX_BYTES, known = false;
    sem_wait(&hashing);
    bool same = crypto_pwhash_str_verify(against, password.at, password.len) == 0;
    sem_post(&hashing);
    return known && same;
}

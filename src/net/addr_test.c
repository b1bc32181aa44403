#include "base/spec.h"
#include "net/addr.h"

SPEC("addresses of the public internet are told from all others")
{
    static const char *const public[] = {
        "1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255", "169.253.0.0",
        "198.17.0.0", "223.255.255.255", "2606:4700::1111", "2a00:1450::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1",
    };
    static const char *const special[] = {
        "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.255", "169.254.169.254",
        "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.168.0.1", "198.18.0.1", "198.19.255.255", "203.0.113.5",
        "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
        "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::1", "2002:a00:1::1", "2001::1",
        "2001:db8::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1",
    };
    Addr a;
    for (size_t i = 0; i < sizeof public / sizeof *public; i++)
        if (!addr_parse(str_of(public[i]), &a) || !addr_is_public(a)) expect_str("public", str_of(public[i]));
    for (size_t i = 0; i < sizeof special / sizeof *special; i++)
        if (!addr_parse(str_of(special[i]), &a) || addr_is_public(a))
            expect_str("special", str_of(special[i]));
    expect(!addr_is_public((Addr){ 0 }));
}

SPEC("an address is in a list by itself or by its block")
{
    Addr a;
    expect(addr_parse(S("10.20.30.40"), &a));
    expect(addr_in_list(a, S("10.20.30.40")));
    expect(addr_in_list(a, S("::1, 10.16.0.0/12")));
    expect(addr_in_list(a, S("::ffff:10.20.30.40")));
    expect(addr_in_list(a, S("0.0.0.0/0")));
    expect(!addr_in_list(a, S("10.20.30.41, 10.32.0.0/12 nonsense/8")));
    expect(!addr_in_list(a, S("")));
    expect(addr_parse(S("[2001:db8::7]"), &a));
    expect(addr_in_list(a, S("2001:db8::/32")));
    expect(!addr_in_list(a, S("0.0.0.0/0")));
    expect(addr_list_valid(S("10.0.0.0/8, ::1 2001:db8::/32"), NULL));
    Str bad;
    expect(!addr_list_valid(S("10.0.0.0/8,10.0.0.0/33"), &bad));
    expect_str("10.0.0.0/33", bad);
    expect(!addr_list_valid(S("example.org"), &bad));
}

SPEC("what is no address does not parse")
{
    static const Str wrong[] = {
        S_INIT(""),       S_INIT("1.2.3"),        S_INIT("1.2.3.4.5"), S_INIT("256.1.1.1"),
        S_INIT("0x7f.1"), S_INIT("127.1"),        S_INIT("1.2.3.4\0"), S_INIT(":::"),
        S_INIT("[::1"),   S_INIT("fe80::1%eth0"), S_INIT("localhost")
    };
    Addr a;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) expect(!addr_parse(wrong[i], &a));
    char text[ADDR_TEXT_MAX];
    expect(addr_parse(S("::ffff:1.2.3.4"), &a));
    expect_str("1.2.3.4", addr_text(a, text));
    expect(addr_parse(S("2001:DB8:0::7"), &a));
    expect_str("2001:db8::7", addr_text(a, text));
}

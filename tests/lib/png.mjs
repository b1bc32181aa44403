// A real PNG of one colour, so that tests have pictures whose bytes are nobody else's.
import * as zlib from 'node:zlib';

const table = Array.from({ length: 256 }, (_, n) => {
    for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
    return n >>> 0;
});
const crc = zlib.crc32 ?? ((bytes) => {
    let c = 0xffffffff;
    for (const b of bytes) c = table[(c ^ b) & 255] ^ (c >>> 8);
    return (c ^ 0xffffffff) >>> 0;
});

function chunk(kind, data) {
    const out = Buffer.alloc(12 + data.length);
    out.writeUInt32BE(data.length, 0);
    out.write(kind, 4, 'latin1');
    data.copy(out, 8);
    out.writeUInt32BE(crc(out.subarray(4, 8 + data.length)), 8 + data.length);
    return out;
}

/** `color` is [r, g, b]. */
export function png(width, height, color) {
    const head = Buffer.alloc(13);
    head.writeUInt32BE(width, 0);
    head.writeUInt32BE(height, 4);
    head.set([8, 2, 0, 0, 0], 8);
    const row = Buffer.concat([Buffer.from([0]), Buffer.from(Array.from({ length: width }, () => color).flat())]);
    const rows = Buffer.concat(Array.from({ length: height }, () => row));
    return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]), chunk('IHDR', head), chunk('IDAT', zlib.deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

/** Pixels (RGBA, as a canvas gives them) as a PNG of at most 256 colours: the frequent ones and those far from them, the rest by the nearest. */
export function paletted(width, height, pixels) {
    const count = new Map();
    for (let i = 0; i < pixels.length; i += 4) {
        const c = (pixels[i] << 16) | (pixels[i + 1] << 8) | pixels[i + 2];
        count.set(c, (count.get(c) ?? 0) + 1);
    }
    const far = (a, b) => ((a >> 16) - (b >> 16)) ** 2 + (((a >> 8) & 255) - ((b >> 8) & 255)) ** 2 + ((a & 255) - (b & 255)) ** 2;
    const sorted = [...count].sort((a, b) => b[1] - a[1]);
    const palette = sorted.slice(0, 128).map(([c]) => c);
    const rest = sorted.slice(128).map(([c, n]) => ({ c, n, away: Math.min(...palette.map((p) => far(p, c))) }));
    while (palette.length < 256 && rest.some((r) => r.away)) {
        const next = rest.reduce((best, r) => (r.away * r.n > best.away * best.n ? r : best));
        palette.push(next.c);
        for (const r of rest) r.away = Math.min(r.away, far(next.c, r.c));
    }
    const index = new Map(palette.map((c, i) => [c, i]));
    for (const c of count.keys()) if (!index.has(c)) index.set(c, palette.reduce((best, p, i) => (far(p, c) < far(palette[best], c) ? i : best), 0));
    const rows = Buffer.alloc(height * (width + 1));
    for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++) {
            const i = (y * width + x) * 4;
            rows[y * (width + 1) + 1 + x] = index.get((pixels[i] << 16) | (pixels[i + 1] << 8) | pixels[i + 2]);
        }
    const head = Buffer.alloc(13);
    head.writeUInt32BE(width, 0);
    head.writeUInt32BE(height, 4);
    head.set([8, 3, 0, 0, 0], 8);
    const colors = Buffer.from(palette.flatMap((c) => [c >> 16, (c >> 8) & 255, c & 255]));
    return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]), chunk('IHDR', head), chunk('PLTE', colors), chunk('IDAT', zlib.deflateSync(rows, { level: 9 })), chunk('IEND', Buffer.alloc(0))]);
}

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { locale } from '../src/i18n';
import { clock, day, dayDistance, duration, fromInput, inUtc, toInput, userZone, utc } from '../src/time';

const zone = (z: string) => { userZone.value = z; utc.value = false; locale.value = 'en'; };

describe('times on screen', () => {
    it('are in the zone of the reader, and in UTC when the switch says so', () => {
        zone('Europe/Berlin');
        assert.equal(clock('2026-11-10T13:07:30.000Z'), '14:07');
        utc.value = true;
        assert.equal(clock('2026-11-10T13:07:30.000Z'), '13:07');
        zone('Asia/Shanghai');
        assert.equal(clock('2026-11-10T16:07:30.000Z'), '00:07');
    });
    it('name the day, and the year only when it is another', () => {
        zone('UTC');
        assert.equal(day('2026-11-10T13:07:30.000Z', Date.UTC(2026, 10, 20)), 'Tue 10 Nov');
        assert.equal(day('2025-11-10T13:07:30.000Z', Date.UTC(2026, 10, 20)), '10 Nov 2025');
    });
    it('show UTC on hover without milliseconds', () => assert.equal(inUtc('2026-11-10T13:07:30.123Z'), '2026-11-10 13:07:30 UTC'));
    it('count calendar days, not stretches of 24 hours', () => {
        zone('Europe/Berlin');
        assert.equal(dayDistance('2026-11-11T00:30:00+01:00', Date.parse('2026-11-10T23:30:00+01:00')), 1);
        assert.equal(dayDistance('2026-11-10T00:30:00+01:00', Date.parse('2026-11-10T23:30:00+01:00')), 0);
        assert.equal(dayDistance('2026-10-26T12:00:00+01:00', Date.parse('2026-10-24T12:00:00+02:00')), 2);
    });
});

describe('durations', () => {
    it('have the two units that matter', () => {
        zone('UTC');
        assert.deepEqual([45_000, 275_000, 3_780_000, 187_200_000, 0].map((x) => duration(x)), ['45 s', '4 m 35 s', '1 h 03 m', '2 d 4 h', '0 s']);
    });
    it('keep the seconds of a running clock', () => assert.equal(duration(3_814_000, true), '1 h 03 m 34 s'));
    it('keep their sign', () => assert.equal(duration(-61_000), '−1 m 1 s'));
    it('speak Chinese', () => {
        locale.value = 'zh';
        assert.equal(duration(3_780_000), '1 小时 03 分');
        locale.value = 'en';
    });
});

describe('times typed into a field', () => {
    it('mean the shown zone and come back as they were', () => {
        zone('Europe/Berlin');
        for (const at of ['2026-11-10T13:07:30.000Z', '2026-07-01T22:59:59.000Z', '2026-03-29T00:59:59.000Z', '2026-03-29T01:00:00.000Z'])
            assert.equal(fromInput(toInput(at)), at);
    });
    it('are nothing when empty or wrong', () => {
        for (const text of ['', 'yesterday', '2026-11-10 14:07', '10.11.2026']) assert.equal(fromInput(text), null);
    });
    it('leave unknown unknown', () => assert.equal(toInput(null), ''));
});

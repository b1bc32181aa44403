/** Beside what waits: what others have learned, and what happened a year ago. */
import { Severity } from 'kit';
import { day } from 'app/time';
import type { Report } from 'app/types';
import { readingMinutes } from './words';
import { t } from './strings';
import type { HomeData, Remembered } from './types';

export function Aside({ h }: { h: HomeData }) {
    return (
        <div>
            <section class="block">
                <header><h2>{t('published')}</h2>{h.recently_published.length > 0 && <a class="link" href="/reports">{t('library')}</a>}</header>
                {h.recently_published.length === 0 ? <p class="quiet none">{t('none_published')}</p>
                    : <ul class="reads">{h.recently_published.map((r) => <li key={r.id}><Read r={r} /></li>)}</ul>}
            </section>
            {h.year_ago.length > 0 && <section class="block"><header><h2>{t('year_ago')}</h2></header>{h.year_ago.map((i) => <Ago key={i.id} i={i} />)}</section>}
        </div>
    );
}

function Read({ r }: { r: Report & { severity?: string } }) {
    const who = r.owner?.name ?? r.published_by?.name;
    const about = [who, r.published_at && day(r.published_at), t('short', { n: readingMinutes(r.word_count, r.language) })].filter(Boolean).join(r.language === 'zh' ? '，' : ', ');
    return (
        <a href={`/reports/${r.reference}`} lang={r.language === 'zh' ? 'zh-Hans' : 'en'}>
            <b>{r.title}</b>{r.excerpt && <span>{r.excerpt}</span>}
            <small>{r.severity && <Severity value={r.severity} />}{about}</small>
        </a>
    );
}

/** What came of its follow-ups, in a sentence. */
function outcome(i: Remembered): string {
    if (!i.follow_ups) return t('ago_none');
    if (i.follow_ups === 1 && i.follow_ups_wont_do === 1) return t('ago_one_wont');
    const all = i.follow_ups === i.follow_ups_settled;
    const first = all ? t('ago_all', { n: i.follow_ups }) : t('ago_some', { n: i.follow_ups, done: i.follow_ups_settled });
    return i.follow_ups_wont_do ? `${first} ${t('ago_wont', { n: i.follow_ups_wont_do })}` : first;
}

function Ago({ i }: { i: Remembered }) {
    return (
        <a class="ago" href={i.report ? `/reports/${i.report.reference}` : `/incidents/${i.reference}`}>
            <span class="quiet">{i.report ? t('ago_report', { reference: i.report.reference }) : i.reference}, {day(i.began_at)}</span>
            <b>{i.title}</b>{i.summary && <span class="soft sum">{i.summary}</span>}<span class="quiet">{outcome(i)}</span>
        </a>
    );
}

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Report } from 'app/types';
import { t } from './strings';
import type { ReportHandle } from './use-report';

/** The title, edited in place; saved on leaving it or Enter, Escape takes it back. */
export function Title({ report, handle, onEnter }: { report: Report; handle: ReportHandle; onEnter: () => void }) {
    const [text, setText] = useState(report.title);
    const editing = useRef(false);
    const field = useRef<HTMLTextAreaElement>(null);
    useEffect(() => { if (!editing.current) setText(report.title); }, [report.title]);
    /* Browsers without field-sizing: the field grows by hand. */
    useLayoutEffect(() => {
        const el = field.current;
        if (!el || CSS.supports('field-sizing', 'content')) return;
        el.style.height = 'auto';
        el.style.height = `${el.scrollHeight}px`;
    }, [text]);
    const save = async () => {
        editing.current = false;
        const title = text.replace(/\s+/g, ' ').trim();
        if (!title || title === report.title) return setText(report.title);
        if (!(await handle.save({ title }, { title }))) setText(report.title);
    };
    return (
        <textarea ref={field} class="title" rows={1} aria-label={t('title_label')} placeholder={t('untitled')} value={text} readOnly={!report.can_edit} maxLength={300} spellcheck
            onFocus={() => { editing.current = true; }} onInput={(e) => setText(e.currentTarget.value)} onBlur={save}
            onKeyDown={(e) => {
                if (e.key === 'Enter' && !e.isComposing) {
                    e.preventDefault();
                    e.currentTarget.blur();
                    onEnter();
                } else if (e.key === 'Escape') {
                    setText(report.title);
                    editing.current = false;
                    const el = e.currentTarget;
                    setTimeout(() => el.blur(), 0);
                }
            }} />
    );
}

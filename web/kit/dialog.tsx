import type { ComponentChildren } from 'preact';
import { render } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Button, IconButton } from './button';
import { t } from './strings';

/** A modal dialog. Escape and × close it; focus returns to where it was. Render it only while open. */
export function Dialog({ title, onClose, children, footer, wide, full, label, fixed }: {
    title?: ComponentChildren; onClose: () => void; children?: ComponentChildren; footer?: ComponentChildren;
    wide?: boolean; full?: boolean; label?: string;
    /** Cannot be closed by Escape or × (signing in again). */
    fixed?: boolean;
}) {
    const el = useRef<HTMLDialogElement>(null);
    const body = useRef<HTMLDivElement>(null);
    /* What only tells something is scrolled with the arrow keys. */
    const [told, setTold] = useState(false);
    const close = useRef(onClose);
    close.current = onClose;
    useLayoutEffect(() => {
        const d = el.current!;
        const before = document.activeElement as HTMLElement | null;
        d.showModal();
        d.querySelector<HTMLElement>('[autofocus], [data-autofocus]')?.focus();
        setTold(!body.current!.querySelector('a[href], button, input, select, textarea, [tabindex]'));
        /* While it is open, nothing behind it takes the focus. */
        return () => {
            d.close();
            if (before?.isConnected) before.focus({ preventScroll: true });
        };
    }, []);
    return (
        <dialog ref={el} class={`dialog ${wide ? 'wide' : ''} ${full ? 'full' : ''}`} aria-label={label}
            onCancel={(e) => {
                e.preventDefault();
                if (!fixed) close.current();
            }}
            onMouseDown={(e) => { if (e.target === el.current && !fixed) close.current(); }}>
            <div class="dialog-box">
                {title !== undefined && (
                    <header><h2 class="grow">{title}</h2>{!fixed && <IconButton icon="close" label={t('close')} onClick={() => close.current()} />}</header>
                )}
                <div class="dialog-body" ref={body} tabIndex={told ? 0 : undefined}>{children}</div>
                {footer && <footer>{footer}</footer>}
            </div>
        </dialog>
    );
}

/** Asks a question that can be answered by one word; resolves to true when confirmed. */
export function confirm(question: { title: string; body?: string; action: string; danger?: boolean }): Promise<boolean> {
    return new Promise((resolve) => {
        const host = document.createElement('div');
        document.body.append(host);
        const done = (yes: boolean) => {
            render(null, host);
            host.remove();
            resolve(yes);
        };
        render(
            <Dialog title={question.title} onClose={() => done(false)} footer={<>
                <Button onClick={() => done(false)}>{t('cancel')}</Button>
                <Button kind={question.danger ? 'danger' : 'primary'} data-autofocus onClick={() => done(true)}>{question.action}</Button>
            </>}>
                {question.body && <p class="soft">{question.body}</p>}
            </Dialog>, host);
    });
}

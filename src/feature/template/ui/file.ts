/** Templates as files: saved from here, read by the server, finished in the editor. */
import { toastError, type MenuItem } from 'kit';
import { api } from 'app/api';
import type { Template } from 'app/types';
import { t } from './strings';

export type TemplateFile = { name: string; language: string; description: string; match: unknown; sections: Template['sections'] };

let read: TemplateFile | null = null;
/** What was read last and waits for the editor; it is given once. */
export function takeRead(): TemplateFile | null {
    const f = read;
    read = null;
    return f;
}
export function keepRead(f: TemplateFile): void {
    read = f;
}

/** Asks for a file and hands over what the server read from it. */
export async function readFile(then: (f: TemplateFile) => void): Promise<void> {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = '.md,.markdown,.txt,.json,text/markdown,application/json';
    input.onchange = async () => {
        const file = input.files?.[0];
        if (!file) return;
        try {
            const f = await api.upload<TemplateFile>('/templates/read', file);
            then({ ...f, name: f.name || file.name.replace(/\.[^.]*$/, '').slice(0, 100) });
        } catch (e) {
            toastError(e);
        }
    };
    input.click();
}

export const fileItems = (x: Template): MenuItem[] => [
    { label: t('export_md'), icon: 'download', href: `/api/v1/templates/${x.id}/file?format=markdown`, download: true },
    { label: t('export_json'), icon: 'download', href: `/api/v1/templates/${x.id}/file?format=json`, download: true },
];

import { Dialog } from 'kit';
import { shown } from 'app/keys';
import { k } from './key-strings';

type Row = readonly [keyof typeof k.entries.en & string, string];
/** What the keyboard does in a document; several keys are divided by ` / `. */
const ROWS: readonly (readonly [heading: Row[0], rows: readonly Row[]])[] = [
    ['g_text', [['bold', 'mod+b'], ['italic', 'mod+i'], ['underline', 'mod+u'], ['strike', 'mod+shift+s'], ['code', 'mod+e'], ['highlight', 'mod+shift+h'], ['link', 'mod+k'], ['undo', 'mod+z'], ['redo', 'mod+shift+z'], ['plain', 'mod+shift+v']]],
    ['g_blocks', [['slash', '/'], ['h', 'mod+alt+1 / mod+alt+2 / mod+alt+3'], ['text', 'mod+alt+0'], ['lists', 'mod+shift+8 / mod+shift+7 / mod+shift+9'], ['quote', 'mod+shift+b'], ['code_block', 'mod+alt+c'], ['indent', 'Tab / shift+Tab'], ['break', 'shift+↵'], ['leave', 'mod+↵'], ['move', 'mod+shift+↑ / mod+shift+↓'], ['duplicate', 'mod+d'], ['menu', 'mod+shift+m']]],
    ['g_more', [['mention', '@'], ['comment', 'mod+alt+m'], ['suggest', 'mod+alt+s'], ['decide', 'mod+alt+↵ / mod+alt+⌫'], ['toolbar', 'Alt F10'], ['open', 'mod+click'], ['find', 'mod+f'], ['replace', 'mod+h'], ['sheet', 'mod+/'], ['ends', 'Ctrl Home / Ctrl End']]],
    ['g_markdown', [['h', '# / ## / ###'], ['bullets', '-'], ['numbers', '1.'], ['tasks', '[]'], ['quote', '>'], ['code_block', '```'], ['divider', '---'], ['table', '|||'], ['callout', '!'], ['bold', '**…**'], ['italic', '*…*'], ['code', '`…`'], ['highlight', '==…=='], ['link', '[…](…)']]],
];

const keyText = (x: string) => (x.length > 2 && x.includes('+') ? shown(x).replace('click', k('click')) : x);

/** Every shortcut of the editor. */
export function KeySheet({ onClose }: { onClose: () => void }) {
    return (
        <Dialog title={k('title')} wide onClose={onClose}>
            <div class="sheet key-sheet" tabIndex={0} role="region" aria-label={k('title')}>
                {ROWS.map(([heading, rows]) => (
                    <section key={heading}><h3>{k(heading)}</h3><ul>
                        {rows.map(([name, keys]) => <li key={name}><span>{k(name)}</span><span>{keys.split(' / ').map((x) => <kbd key={x}>{keyText(x)}</kbd>)}</span></li>)}
                    </ul></section>
                ))}
            </div>
        </Dialog>
    );
}

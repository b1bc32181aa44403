import type { ComponentChildren } from 'preact';
import type { Person } from '../src/types';

/** Up to two letters: initials of a Latin name, the last two characters of a Chinese one. */
export function initials(name: string): string {
    const n = name.trim();
    if (/^[\u3400-\u9fff]+$/.test(n)) return n.length > 2 ? n.slice(-2) : n;
    const words = n.split(/\s+/).filter(Boolean);
    const letters = words.length > 1 ? [words[0]!, words[words.length - 1]!] : words;
    return letters.map((w) => [...w][0] ?? '').join('').toUpperCase();
}

/** A stable colour 1…6 for people without one. */
export function colorOf(p: { id?: string; name: string; avatar_color?: number | undefined }): number {
    if (p.avatar_color && p.avatar_color >= 1 && p.avatar_color <= 6) return p.avatar_color;
    let h = 0;
    for (const c of p.id ?? p.name) h = (h * 31 + c.charCodeAt(0)) >>> 0;
    return (h % 6) + 1;
}

export function Avatar({ person, large, here, title }: { person: Person | { name: string; avatar_color?: number }; large?: boolean; here?: boolean; title?: string }) {
    return <span class={`av w${colorOf(person)} ${large ? 'lg' : ''} ${here ? 'here' : ''}`} title={title ?? person.name} aria-hidden="true">{initials(person.name)}</span>;
}

/** Avatar and name. */
export function PersonName({ person, children }: { person: Person; children?: ComponentChildren }) {
    return <span class="person"><Avatar person={person} /><span class="clip">{person.name}</span>{children}</span>;
}

/** Several people as overlapping avatars; more than `max` become a number. */
export function Stack({ people, max = 5, large, label }: { people: Person[]; max?: number; large?: boolean; label?: string }) {
    const rest = people.length - max;
    return (
        <span class="stack" role="img" aria-label={label ?? people.map((p) => p.name).join(', ')}>
            {people.slice(0, rest === 1 ? max + 1 : max).map((p) => <Avatar key={p.id} person={p} {...(large ? { large } : {})} />)}
            {rest > 1 && <span class={`av ${large ? 'lg' : ''}`} title={people.slice(max).map((p) => p.name).join(', ')}>+{rest}</span>}
        </span>
    );
}

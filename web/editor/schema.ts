/** All nodes and marks, in one list. The names are the contract with the server. */
import type { EditorContext, Piece } from './context';
import { Comments } from './comments';
import { ParagraphBreak, Suggested } from './suggested';
import { Wording } from './wording';
import { callout } from './nodes/callout';
import { code } from './nodes/code';
import { details } from './nodes/details';
import { heading } from './nodes/heading';
import { image } from './nodes/image';
import { inline } from './nodes/inline';
import { liveBlock } from './nodes/live-block';
import { table } from './nodes/table';
import { tasks } from './nodes/tasks';
import { text } from './nodes/text';

export function pieces(ctx: EditorContext): Piece[] {
    return [text, heading, tasks, table, image(ctx), callout, code, details, inline(ctx), liveBlock(ctx), { extensions: [Comments, Suggested, ParagraphBreak, Wording] }];
}

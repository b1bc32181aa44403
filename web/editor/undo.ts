/**
 * Undo in Yjs (13.6, redoItem) looks for the neighbours of what comes back one by one, through what became of them. After text was split, moved and
 * brought back more than once it finds a right neighbour that stands before the left one. Such an item has no place that all can agree on: each replica
 * puts it where its own order suggests, and two people read different texts with no edit missing. Here the left neighbour counts.
 */
import * as Y from 'yjs';

type Whole = { left: Y.Item | null; right: Y.Item | null; rightOrigin: Y.ID | null };

/** Whether one stands somewhere behind the other. */
function behind(left: Y.Item, right: Y.Item): boolean {
    for (let o = left.right; o; o = o.right) if (o === right) return true;
    return false;
}

const integrate = Y.Item.prototype.integrate;
Y.Item.prototype.integrate = function (this: Y.Item & Whole, transaction: Y.Transaction, offset: number): void {
    const { left, right } = this;
    if (left && right && left.right !== right && transaction.origin instanceof Y.UndoManager && !behind(left, right)) {
        this.right = left.right;
        this.rightOrigin = this.right ? this.right.id : null;
    }
    integrate.call(this, transaction, offset);
};

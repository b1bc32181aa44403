import { useEffect } from 'preact/hooks';
import { navigate } from 'app/router';
import { seenEntries } from 'app/settings';

/** /settings leads to the first page that this person may see. */
export default function First() {
    useEffect(() => navigate(seenEntries()[0]?.href ?? '/', { replace: true }), []);
    return null;
}

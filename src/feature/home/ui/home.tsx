/** Home: what waits for me. */
import { longDay } from 'app/time';
import { Topbar } from 'kit';

export default function Home() {
    return <Topbar title={longDay(Date.now())} />;
}

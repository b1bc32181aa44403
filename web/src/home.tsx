/** Home: what waits for me. */
import { Topbar } from '../kit/topbar';
import { longDay } from './time';

export default function Home() {
    return <Topbar title={longDay(Date.now())} />;
}

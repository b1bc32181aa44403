// Hocuspocus as its documentation starts it, without storage.
import { Server } from '@hocuspocus/server';

const server = new Server({ port: Number(process.env.PORT), address: '127.0.0.1', quiet: true, timeout: 60_000, debounce: 2000, maxDebounce: 10_000, stopOnSignals: true });
await server.listen();
console.log('listening');

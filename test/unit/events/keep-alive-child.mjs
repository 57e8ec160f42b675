// Subscribes, and says which events it got; it exits by itself when nothing keeps it alive. The timer that publishes the
// second event does not, so only a call that waits for an event can bring it about.
import { Broadcast } from '../../../dist/events/broadcast.js';
import { KeepAlive } from '../../../dist/events/keep-alive.js';

const [mode] = process.argv.slice(2);
const broadcast = new Broadcast();
const keepAlive = new KeepAlive();
const view = { lookup: () => undefined, below: () => [], rootOf: () => undefined };
const subscribe = () =>
  broadcast.subscribe({ capacity: 1, overflow: 'drop-oldest', ignoredOrigins: new Set(), view, keepAlive });
const events = subscribe();
const say = ({ done, value }) => console.log(done ? 'done' : value.type);

const first = events.next();
broadcast.publish({ type: 'rescanned' });
say(await first);
setTimeout(() => broadcast.publish({ type: 'rescanned' }), 10).unref();
if (mode === 'waiting') say(await events.next());
if (mode === 'ended') {
  events.next().then(say);
  subscribe().next().then(say);
  broadcast.end();
  keepAlive.end();
}

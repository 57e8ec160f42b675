// Processor time by thread, as the scheduler counts it: /proc/self/task/<id>/schedstat, proc_pid_stat(5) and the kernel's
// Documentation/scheduler/sched-stats.rst. Threads that have ended are not seen; ours live as long as the process.
import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';

const kindOf = (id, name) => {
  if (Number(id) === process.pid) return 'main';
  return name.startsWith('ploke-io') ? 'own' : 'node';
};

/** Nanoseconds that were run, and that were waited for a processor, by kind of thread: main, own (of the addon), node (V8, libuv). */
function threadTimes() {
  const times = { main: { ran: 0, waited: 0 }, own: { ran: 0, waited: 0 }, node: { ran: 0, waited: 0 } };
  for (const id of readdirSync('/proc/self/task')) {
    const kind = kindOf(id, readFileSync(`/proc/self/task/${id}/comm`, 'utf8'));
    const [ran, waited] = readFileSync(`/proc/self/task/${id}/schedstat`, 'utf8').split(' ').map(Number);
    times[kind].ran += ran;
    times[kind].waited += waited;
  }
  return times;
}

/** Microseconds of `work`, in all and by kind of thread, each divided by `count`. */
export async function profiled(count, work) {
  const before = threadTimes();
  const began = process.hrtime.bigint();
  await work();
  const elapsed = Number(process.hrtime.bigint() - began);
  const after = threadTimes();
  const each = (nanoseconds) => nanoseconds / 1000 / count;
  const spent = (kind, what) => each(after[kind][what] - before[kind][what]);
  return {
    elapsed: each(elapsed),
    main: spent('main', 'ran'),
    own: spent('own', 'ran'),
    node: spent('node', 'ran'),
    waited: spent('main', 'waited') + spent('own', 'waited'),
  };
}

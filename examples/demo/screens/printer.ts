// The printer. `process` stores each job before it is printed, so that it is printed after a crash, and not twice unmarked.
import type { Device } from '../device.ts';
import { element, rowsIn, scrolling } from '../element.ts';
import { createPaper, type Slip } from '../paper.ts';
import { texts } from '../texts.ts';
import { frameOf } from './frame.ts';

const said = texts.printer;

export function printerScreen(printer: Device<'printer-gateway'>): HTMLElement {
  const { client } = printer;
  const paper = createPaper();
  const list = scrolling(element('ol', { class: 'paper', label: said.paper }));

  client.process('PrintJobQueued', async ({ data: { print_job: job } }, { redelivered }) => {
    paper.print({
      jobId: job.id,
      orderId: job.order_id ?? undefined,
      copy: redelivered ? 'perhaps' : (job.attempts ?? 0) > 0 ? 'asked-for' : 'no',
      atMs: client.serverNow(),
    });
    // There is one printer, so it prints first and tells then, with or without a network. Of several, each would claim the
    // job and wait for the answer before it prints.
    await client.mutate('print.claim', { printJobId: job.id });
    await client.mutate('print.complete', { printJobId: job.id });
  });

  const show = rowsIn<Slip>(list, {
    keyOf: ({ jobId, atMs }) => `${jobId} ${atMs}`,
    draw: ({ jobId, orderId, copy, atMs }) =>
      element(
        'li',
        { data: { job: String(jobId), copy } },
        element('span', { class: 'receipt' }, said.receipt),
        element('strong', {}, said.order(orderId)),
        element('span', {}, said.job(jobId, texts.time(atMs))),
        copy === 'no' ? undefined : element('em', {}, said.copies[copy]),
      ),
    none: said.none,
  });
  const showPaper = (): void => show(paper.slips);
  paper.onChange(showPaper);
  showPaper();

  return frameOf(printer, list);
}

import { createReadStream, createWriteStream } from 'node:fs'
import { access } from 'node:fs/promises'
import { basename } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Command } from 'commander'
import type { Keeprate } from '../../config/open-keeprate.ts'
import { fromLimitsBody } from '../../core/budgets/wire.ts'
import { GatewayError, invalid } from '../../core/errors/gateway-error.ts'
import { isId, makeId } from '../../core/ids.ts'
import {
  type Batch,
  type BatchEndpoint,
  type BatchTerms,
  batchEndpoints,
  batchLimits,
} from '../../core/jobs/batch.ts'
import { type Priority, priorities } from '../../core/jobs/queue-place.ts'
import type { JsonObject } from '../../core/json.ts'
import { parseDuration } from '../../core/time.ts'
import { type BatchAllowance, limitBatch } from '../../gateway/batch-budget.ts'
import { type BatchDesk, openBatchDesk } from '../../gateway/batch-desk.ts'
import type { Caller } from '../../gateway/dependencies.ts'
import { createLinks } from '../../http/links.ts'
import { batchWords } from '../../http/openai/batch-words.ts'
import { printBatch } from '../../http/openai/print-batch.ts'
import { storeLines } from '../../http/openai/read-upload.ts'
import { exitCodes } from '../exit-codes.ts'
import { printFailedLines, readFailedLines } from '../failed-lines.ts'
import type { Output } from '../output.ts'
import { readLimit } from '../read-limit.ts'
import { action, type CommonOptions, withCommonOptions, withKeeprate } from '../settings.ts'
import { watchBatch } from '../watch-batch.ts'

/** Who pays for batches of the command line, as for its other requests. */
const CALLER = { keyId: 'key_local', tenant: 'default' } as const

interface RunOptions extends CommonOptions {
  readonly endpoint: string
  readonly priority: string
  readonly window: string
  readonly budget?: string
  readonly out?: string
}

interface ResultOptions extends CommonOptions {
  readonly tenant: string
  readonly out?: string
}

/** `keeprate batch run|status|cancel|results` */
export function addBatch(program: Command): void {
  const batch = program.command('batch').description('Many requests in one file')
  withCommonOptions(batch.command('run'))
    .description('Make all requests of a file, or go on with a batch that was left')
    .argument('<file>', 'lines in the form of OpenAI’s batches, or the id of a batch')
    .option('--endpoint <path>', batchEndpoints.join(' or '), batchEndpoints[0])
    .option('--priority <name>', priorities.join(', '), 'low')
    .option('--window <duration>', 'lines that are not made by then are left out', '24h')
    .option('--budget <limit>', 'dollars that it may spend in each period: 10/h, 50/day, 200/total')
    .option('-o, --out <file>', 'where the answers go, one line of JSON for each')
    .action(action(run))
  for (const [name, about, work] of [
    ['status', 'Show a batch: how far it has come, what it cost', status],
    ['cancel', 'Cancel a batch: nothing more of it is bought', cancel],
    ['results', 'Print the answers of a batch, one line of JSON for each', results],
  ] as const) {
    const command = withCommonOptions(batch.command(name))
      .description(about)
      .argument('<id>', 'id of the batch (batch_…)')
      .option('--tenant <name>', 'tenant whose batch it is', CALLER.tenant)
    if (name === 'results') command.option('-o, --out <file>', 'file instead of standard output')
    command.action(action(work))
  }
}

const deskOf = ({ gateway, http, linkSecret, settings }: Keeprate): BatchDesk => {
  const { bodyExtension } = settings
  const links = createLinks(linkSecret)
  return openBatchDesk(gateway, batchWords({ gateway, http, links, bodyExtension }))
}

const run = (output: Output, source: string, options: RunOptions): Promise<number> =>
  withKeeprate(options, async (keeprate) => {
    const desk = deskOf(keeprate)
    const allowance = readAllowance(options.budget)
    const batch = isId('batch', source)
      ? await known(source, CALLER.tenant, keeprate)
      : await create(source, options, keeprate, (...terms) => desk.create(...terms, allowance))
    if (isId('batch', source) && allowance !== undefined && batch.endedAt === undefined) {
      await limitBatch(batch.id, allowance, keeprate.gateway.deps)
    }
    output.note(`batch  ${batch.id}   again: keeprate batch run ${batch.id}`)
    const stop = () => void desk.close()
    process.once('SIGINT', stop)
    const over = new AbortController()
    let halting: string | undefined
    const onHalt = (budget: string): void => {
      halting = budget
      stop()
    }
    const shown = watchBatch(batch, keeprate, { signal: over.signal, onHalt })
    await desk.drive(batch)
    process.removeListener('SIGINT', stop)
    over.abort()
    await shown
    const ended = await known(batch.id, batch.tenant, keeprate)
    await writeResults(ended, options.out, keeprate, { isQuiet: true })
    const code = await report(output, ended, keeprate)
    if (halting === undefined || ended.endedAt !== undefined) return code
    output.note(haltedBy(halting, ended))
    return exitCodes.overLimit
  })

/** How a batch goes on that a budget stops for good. */
const haltedBy = (budget: string, { id, expiresAt }: Batch): string =>
  `The budget ${budget} has no room for the rest and never begins anew; ` +
  `the batch waits for more money until ${new Date(expiresAt).toISOString()}.\n` +
  `Raise it with keeprate budget set, and then: keeprate batch run ${id}\n` +
  'A budget of the batch alone is raised by the same command: --budget 300/total'

const status = (output: Output, id: string, options: ResultOptions): Promise<number> =>
  withKeeprate(options, async (keeprate) =>
    report(output, await known(id, options.tenant, keeprate), keeprate),
  )

const cancel = (output: Output, id: string, options: ResultOptions): Promise<number> =>
  withKeeprate(options, async (keeprate) => {
    await deskOf(keeprate).cancel(await known(id, options.tenant, keeprate))
    await report(output, await known(id, options.tenant, keeprate), keeprate)
    return exitCodes.ok
  })

const results = (_output: Output, id: string, options: ResultOptions): Promise<number> =>
  withKeeprate(options, async (keeprate) => {
    const batch = await known(id, options.tenant, keeprate)
    if (batch.endedAt === undefined) {
      throw invalid('id', `${id} is ${batch.state}; its results come when it has ended.`)
    }
    await writeResults(batch, options.out, keeprate, { isQuiet: false })
    return codeOf(await printBatch(batch, keeprate.stores))
  })

function readAllowance(text: string | undefined): BatchAllowance | undefined {
  if (text === undefined) return undefined
  const { per, limit } = readLimit(text, 'budget')
  return { per, ...fromLimitsBody({ limit }) }
}

async function create(
  source: string,
  { endpoint, priority, window }: RunOptions,
  { gateway, stores, settings }: Keeprate,
  make: (terms: BatchTerms, caller: Caller, windowMs: number) => Promise<Batch>,
): Promise<Batch> {
  const windowMs = parseDuration(window)
  if (windowMs === undefined) throw invalid('window', '--window must be a duration such as 24h.')
  if (!batchEndpoints.some((each) => each === endpoint)) {
    throw invalid('endpoint', `--endpoint must be ${batchEndpoints.join(' or ')}.`)
  }
  if (!priorities.some((each) => each === priority)) {
    throw invalid('priority', `--priority must be one of ${priorities.join(', ')}.`)
  }
  await access(source).catch(() => {
    throw invalid('file', `There is no file ${source.slice(0, 200)}.`)
  })
  const { images, clock, random } = gateway.deps
  const bytes = createReadStream(source) as AsyncIterable<Buffer>
  const stored = await storeLines(bytes, images, batchLimits.fileBytes)
  const now = clock.now()
  const id = makeId('file', random.bytes(16), now)
  const { tenant } = CALLER
  const filename = basename(source)
  await stores.files.create({ id, tenant, purpose: 'batch', filename, ...stored, createdAt: now })
  const baseUrl = settings.publicUrl ?? `http://${settings.host}:${settings.port}`
  const terms = {
    ...{ endpoint: endpoint as BatchEndpoint, priority: priority as Priority, window, baseUrl },
    inputFileId: id,
  }
  return make(terms, CALLER, windowMs)
}

async function known(id: string, tenant: string, { stores }: Keeprate): Promise<Batch> {
  const batch = isId('batch', id) ? await stores.batches.batch(id, tenant) : undefined
  if (batch !== undefined) return batch
  throw new GatewayError('not_found', `There is no batch ${id.slice(0, 40)}.`, { param: 'id' })
}

async function report(output: Output, batch: Batch, keeprate: Keeprate): Promise<number> {
  const printed = await printBatch(batch, keeprate.stores)
  const failures = await readFailedLines(batch, keeprate)
  const { total, completed, failed } = countsOf(printed)
  const sums = printed.keeprate as unknown as Sums & JsonObject
  const { cost, saved, services, paused_until: pausedUntil, paused_by: pausedBy } = sums
  const faults = batch.progress.faults ?? []
  output.data(
    failures === undefined ? printed : { ...printed, keeprate: { ...sums, failures } },
    [
      `${batch.id}   ${batch.state}   ${completed} of ${total} made, ${failed} failed`,
      `cost   $${cost}   saved $${saved}`,
      ...services.map(printService),
      ...(pausedUntil === null
        ? pausedBy.map((budget) => `paused until the budget ${budget} is raised`)
        : [`paused until ${pausedUntil}`]),
      ...faults.map(({ line, message }) => `line ${line ?? '-'}: ${message}`),
      ...(failures === undefined ? [] : printFailedLines(failures)),
      ...(batch.errorFileId === undefined
        ? []
        : [`each of them: keeprate batch results ${batch.id}   (${batch.errorFileId})`]),
    ].join('\n'),
  )
  return codeOf(printed)
}

/** What a provider's own batch service does, or did, of a batch. */
interface PrintedService {
  readonly offer: string
  readonly lines: number
  readonly waiting: number
  readonly made: number
  readonly queued: number
  readonly saved: string
}

const printService = ({ offer, lines, waiting, made, queued, saved }: PrintedService): string =>
  `service of ${offer}   ${lines} lines: ${made} made, ${waiting} waiting, ` +
  `${queued} to the queue   saved $${saved}`

interface Sums {
  readonly services: readonly PrintedService[]
  readonly cost: string
  readonly saved: string
  readonly paused_until: string | null
  readonly paused_by: readonly string[]
}

interface Counts {
  readonly total: number
  readonly completed: number
  readonly failed: number
}

const countsOf = (printed: Awaited<ReturnType<typeof printBatch>>): Counts =>
  printed.request_counts as unknown as Counts

/** All made or still being made; some not; or none. */
function codeOf(printed: Awaited<ReturnType<typeof printBatch>>): number {
  const { total, completed } = countsOf(printed)
  const isEnded = ['completed', 'failed', 'expired', 'cancelled'].includes(String(printed.status))
  if (!isEnded || (completed === total && total > 0)) return exitCodes.ok
  return completed > 0 ? exitCodes.partly : exitCodes.failed
}

/** Writes both files of a batch, one behind the other. */
async function writeResults(
  { outputFileId, errorFileId, tenant }: Batch,
  path: string | undefined,
  { stores, gateway }: Keeprate,
  { isQuiet }: { readonly isQuiet: boolean },
): Promise<void> {
  if (path === undefined && isQuiet) return
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for (const id of [outputFileId, errorFileId]) {
      const file = id === undefined ? undefined : await stores.files.file(id, tenant)
      if (file === undefined) continue
      yield* gateway.deps.images.read(file.digest, { start: 0, end: file.byteLength - 1 })
    }
  }
  if (path !== undefined) await pipeline(Readable.from(bytes()), createWriteStream(path))
  else for await (const piece of bytes()) process.stdout.write(piece)
}

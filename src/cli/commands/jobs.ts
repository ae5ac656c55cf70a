import type { Command } from 'commander'
import { GatewayError, invalid } from '../../core/errors/gateway-error.ts'
import {
  isEnded,
  type JobFilter,
  jobFilters,
  type RequestRecord,
} from '../../core/jobs/request-record.ts'
import { readReceipt } from '../../gateway/receipt.ts'
import { printJob, printJobLine } from '../../http/print-job.ts'
import { exitCodes } from '../exit-codes.ts'
import { type Output, table } from '../output.ts'
import { action, type CommonOptions, withCommonOptions, withKeeprate } from '../settings.ts'

/** Most jobs that are listed at one time. */
const MAX_LISTED = 1_000

/** `keeprate jobs list|show|cancel` */
export function addJobs(program: Command): void {
  const jobs = program.command('jobs').description('Requests as jobs: look at them, cancel them')
  withCommonOptions(jobs.command('list'))
    .description('List jobs, newest first')
    .option('--tenant <name>', 'tenant whose jobs they are', 'default')
    .option('--status <name>', jobFilters.join(', '))
    .option('--limit <count>', 'how many', '20')
    .action(action(list))
  withCommonOptions(jobs.command('show'))
    .description('Show a job: how far it has come, what it cost')
    .argument('<id>', 'id of the job (req_…)')
    .action(action(show))
  withCommonOptions(jobs.command('cancel'))
    .description('Cancel a job; the server that works on it obeys within some seconds')
    .argument('<id>', 'id of the job (req_…)')
    .action(action(cancel))
}

interface ListOptions extends CommonOptions {
  readonly tenant: string
  readonly status?: string
  readonly limit: string
}

function readState(text: string): JobFilter {
  const state = jobFilters.find((candidate) => candidate === text)
  if (state !== undefined) return state
  throw invalid('status', `--status must be one of ${jobFilters.join(', ')}.`)
}

function readLimit(text: string): number {
  const limit = Number(text)
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LISTED) return limit
  throw invalid('limit', `--limit must be a whole number from 1 to ${MAX_LISTED}.`)
}

const list = (output: Output, options: ListOptions): Promise<number> =>
  withKeeprate(options, async ({ stores }) => {
    const { tenant, status, limit } = options
    const records = await stores.requests.list({
      tenant,
      limit: readLimit(limit),
      ...(status === undefined ? {} : { state: readState(status) }),
    })
    const jobs = records.map(printJobLine)
    const names = ['id', 'status', 'operation', 'model', 'created_at', 'cost'] as const
    const rows = jobs.map((job) => names.map((name) => String(job[name] ?? '')))
    output.data(jobs, table([[...names], ...rows]))
    return exitCodes.ok
  })

const show = (output: Output, id: string, options: CommonOptions): Promise<number> =>
  withKeeprate(options, async ({ stores }) => {
    const record = await known(id, stores.requests.request)
    const receipt = await readReceipt(id, record.tenant, stores)
    if (receipt === undefined) throw unknownJob(id)
    const job = printJob(receipt, undefined)
    const lines = Object.entries(job)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [
        name,
        typeof value === 'object' ? JSON.stringify(value) : String(value),
      ])
    output.data(job, table(lines))
    return exitCodes.ok
  })

const cancel = (output: Output, id: string, options: CommonOptions): Promise<number> =>
  withKeeprate(options, async ({ stores, gateway }) => {
    const record = await known(id, stores.requests.request)
    await stores.requests.askCancel(id, gateway.deps.clock.now())
    const job = printJobLine(await known(id, stores.requests.request))
    output.data(
      job,
      isEnded(record.state) ? `${id} has ended: ${record.state}` : `cancelling ${id}`,
    )
    return exitCodes.ok
  })

const unknownJob = (id: string): GatewayError =>
  new GatewayError('not_found', `There is no job ${id.slice(0, 40)}.`, { param: 'id' })

async function known(
  id: string,
  find: (id: string) => Promise<RequestRecord | undefined>,
): Promise<RequestRecord> {
  const record = await find(id)
  if (record === undefined) throw unknownJob(id)
  return record
}

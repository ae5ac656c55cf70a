import { existsSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import type { Command } from 'commander'
import type { ShelvedBook } from '../../config/book-shelf.ts'
import type { Keeprate } from '../../config/open-keeprate.ts'
import { problemText } from '../../config/read-book.ts'
import { dollarsFromNano } from '../../core/money.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Output } from '../output.ts'
import {
  action,
  type CommonOptions,
  loadForCommand,
  withCommonOptions,
  withKeeprate,
} from '../settings.ts'

/** A provider's free question must be answered within this time, in milliseconds. */
const PROBE_MS = 15_000
/** Below this the disk is nearly full: some hundred pictures. */
const LOW_DISK_BYTES = 1024 ** 3

/** One thing that was looked at. */
interface Finding {
  readonly what: string
  readonly state: 'ok' | 'warning' | 'failed'
  readonly detail: string
}

/** `keeprate doctor` */
export function addDoctor(program: Command): void {
  withCommonOptions(program.command('doctor'))
    .description('Check configuration, stores, ledger and every provider, with free calls only')
    .action(action(doctor))
}

async function doctor(output: Output, options: CommonOptions): Promise<number> {
  const { file } = loadForCommand(options)
  // A broken price book is a finding, not a reason to look at nothing else.
  const tolerant = { toleratesBooks: true }
  const work = async (keeprate: Keeprate): Promise<number> => {
    const findings: readonly Finding[] = [
      { what: 'config', state: 'ok', detail: file ?? 'no file, defaults and environment' },
      await checkStore(keeprate),
      await checkLedger(keeprate),
      ...keeprate.books.books().map(checkBook),
      ...(await Promise.all(keeprate.providers.map((provider) => probe(provider)))),
      ...(await checkGates(keeprate)),
      ...checkSandbox(keeprate),
    ]
    const marks = { ok: '✓', warning: '!', failed: '✗' } as const
    const text = findings.map(({ what, state, detail }) => `${marks[state]} ${what}  ${detail}`)
    output.data(findings, text.join('\n'))
    const hasFailed = findings.some((finding) => finding.state === 'failed')
    return hasFailed ? exitCodes.failed : exitCodes.ok
  }
  return withKeeprate(options, work, tolerant)
}

async function checkStore({ gateway, settings }: Keeprate): Promise<Finding> {
  try {
    await gateway.deps.images.check()
    const disk = existsSync(settings.home) ? await statfs(settings.home) : undefined
    const free = disk === undefined ? 0 : disk.bavail * disk.bsize
    const state = free < LOW_DISK_BYTES ? 'warning' : 'ok'
    return { what: 'store', state, detail: `${(free / 1024 ** 3).toFixed(1)} GB free` }
  } catch (error) {
    return { what: 'store', state: 'failed', detail: messageOf(error) }
  }
}

async function checkLedger({ stores }: Keeprate): Promise<Finding> {
  try {
    await stores.check()
    const problems = await stores.ledger.audit()
    if (problems.length === 0) return { what: 'ledger', state: 'ok', detail: 'balances' }
    return { what: 'ledger', state: 'failed', detail: problems.join('; ') }
  } catch (error) {
    return { what: 'ledger', state: 'failed', detail: messageOf(error) }
  }
}

async function probe(provider: Keeprate['providers'][number]): Promise<Finding> {
  const what = provider.isSimulated ? `${provider.id} (sandbox)` : provider.id
  if (provider.probe === undefined) return { what, state: 'ok', detail: 'has no free question' }
  const answer = await provider.probe(AbortSignal.timeout(PROBE_MS))
  return { what, state: answer.ok ? 'ok' : 'failed', detail: answer.message }
}

function checkBook({ path, book, problems }: ShelvedBook): Finding {
  const [first] = problems
  const what = `prices ${book?.name ?? path}`
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''
  const hint = '; see keeprate price validate'
  if (first === undefined) return { what, state: 'ok', detail: `${book?.prices.length} prices` }
  const state = first.severity === 'error' ? 'failed' : 'warning'
  return { what, state, detail: `${problemText(first)}${more}${hint}` }
}

/** Tools of gates. A judge is not asked: a look costs money. */
async function checkGates({ tools }: Keeprate): Promise<readonly Finding[]> {
  const { reader, judge, embedder, classifier } = tools
  const version = await reader?.probe()
  const reading: readonly Finding[] =
    reader === undefined
      ? []
      : [
          version === undefined
            ? {
                what: 'text reader',
                state: 'warning',
                detail: 'tesseract is not installed: texts in pictures are not checked',
              }
            : { what: 'text reader', state: 'ok', detail: version },
        ]
  const paid = [judge, embedder, classifier].filter((tool) => tool !== undefined)
  return [
    ...reading,
    ...paid.map(({ account, ceilingNano, isSimulated }): Finding => {
      const cost = `a look costs at most $${dollarsFromNano(ceilingNano)}`
      const detail = isSimulated ? `emulated; ${cost}, simulated` : `${cost}; not asked now`
      return { what: account, state: 'ok', detail }
    }),
  ]
}

const checkSandbox = ({ emulated }: Keeprate): readonly Finding[] =>
  emulated.length === 0
    ? []
    : [
        {
          what: 'sandbox',
          state: 'warning',
          detail: `${emulated.join(', ')} emulated: pictures are drawn and spend is simulated`,
        },
      ]

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error)

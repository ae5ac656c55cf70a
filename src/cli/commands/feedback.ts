import type { Command } from 'commander'
import { GatewayError, invalid } from '../../core/errors/gateway-error.ts'
import {
  type GivenFigure,
  type GivenVerdict,
  takeFigure,
  takeVerdict,
} from '../../gateway/feedback-desk.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Output } from '../output.ts'
import { type ReadFeedback, readFeedback } from '../read-feedback.ts'
import { readFileText } from '../read-file-text.ts'
import { action, type CommonOptions, withCommonOptions, withKeeprate } from '../settings.ts'

/** A million verdicts with a reason are smaller. */
const MAX_MEBIBYTES = 256

interface VerdictOptions extends CommonOptions {
  readonly reason?: string
  readonly score?: string
  readonly rater: string
}

/** `keeprate accept|reject|feedback import` */
export function addFeedback(program: Command): void {
  for (const name of ['accept', 'reject'] as const) {
    const isAccepted = name === 'accept'
    withCommonOptions(program.command(name))
      .description(
        isAccepted
          ? 'Say that pictures are kept'
          : 'Say that pictures are not kept; they leave the cache',
      )
      .argument('<ids...>', 'pictures (img_…) or requests (req_…)')
      .option('--reason <text>', 'why')
      .option('--score <share>', 'from 0 to 1, as you measure')
      .option('--rater <name>', 'who says so; the last word of each rater counts', 'cli')
      .action(
        action((output, ids: readonly string[], options: VerdictOptions) =>
          give(
            output,
            { given: ids.map((id) => ({ told: verdictOf(id, isAccepted, options) })) },
            options,
          ),
        ),
      )
  }
  const feedback = program.command('feedback').description('What people think of pictures')
  withCommonOptions(feedback.command('import'))
    .description(
      'Take verdicts (id, accepted, …) or figures of the business (id, value, baseline) from a ' +
        'file: CSV with a head, or JSON lines',
    )
    .argument('<file>')
    .option('--rater <name>', 'who says so where the file does not', 'import')
    .action(
      action(async (output, path: string, options: VerdictOptions) => {
        const text = readFileText(path, MAX_MEBIBYTES)
        return give(output, readFeedback(text, path, options.rater), options)
      }),
    )
}

function verdictOf(subject: string, isAccepted: boolean, options: VerdictOptions): GivenVerdict {
  const { rater, reason } = options
  const score = options.score === undefined ? undefined : Number(options.score)
  if (score !== undefined && !(score >= 0 && score <= 1)) {
    throw invalid('score', '--score must be a number from 0 to 1.')
  }
  return {
    ...{ subject, isAccepted, rater },
    ...(reason === undefined ? {} : { reason }),
    ...(score === undefined ? {} : { score }),
  }
}

/** What is to be taken, from which lines of a file if from any, and what could not be read. */
interface Given {
  readonly given: readonly { readonly line?: number; readonly told: GivenVerdict | GivenFigure }[]
  readonly flaws?: ReadFeedback['flaws']
}

interface Failed {
  readonly line?: number
  readonly id?: string
  readonly reason: string
}

/** Failures that are told in words; `--json` has all. */
const MOST_TOLD = 20

/** What cannot be taken is told, and the rest is taken. */
const give = (
  output: Output,
  { given, flaws = [] }: Given,
  options: CommonOptions,
): Promise<number> =>
  withKeeprate(options, async ({ gateway }) => {
    let pictures = 0
    const failed: Failed[] = [...flaws]
    for (const { line, told } of given) {
      const take = () =>
        'value' in told ? takeFigure(told, gateway.deps) : takeVerdict(told, gateway.deps)
      try {
        pictures += (await take()).length
      } catch (error) {
        if (!GatewayError.isInstance(error)) throw error
        const at = line === undefined ? {} : { line }
        failed.push({ ...at, id: told.subject, reason: error.message })
      }
    }
    failed.sort((one, other) => (one.line ?? 0) - (other.line ?? 0))
    for (const told of failed.slice(0, MOST_TOLD)) output.note(wordsOf(told))
    if (failed.length > MOST_TOLD) output.note(`and ${failed.length - MOST_TOLD} more; see --json`)
    output.data({ pictures, failed }, `${pictures} pictures, ${failed.length} failed`)
    if (failed.length === 0) return exitCodes.ok
    return failed.length === given.length + flaws.length ? exitCodes.failed : exitCodes.partly
  })

const wordsOf = ({ line, id, reason }: Failed): string =>
  ['failed', line === undefined ? '' : `line ${line}`, id ?? ''].filter(Boolean).join('  ') +
  `: ${reason}`

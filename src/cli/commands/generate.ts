import type { Command } from 'commander'
import { type EditInput, type GenerateInput, openLocal, type Result } from '../../config/library.ts'
import type { Keeprate } from '../../config/open-keeprate.ts'
import { invalid } from '../../core/errors/gateway-error.ts'
import { isId } from '../../core/ids.ts'
import { complexities } from '../../core/purpose/words.ts'
import { type ImageFormat, imageFormats } from '../../core/request/image-request.ts'
import { requestLimits } from '../../core/request/limits.ts'
import { GROUP_MARK } from '../../gateway/references.ts'
import { exitCodes } from '../exit-codes.ts'
import { type Explained, offersTable } from '../offers-table.ts'
import type { Output } from '../output.ts'
import { readFileBytes } from '../read-file-bytes.ts'
import { prepareOut, saveAll } from '../save-pictures.ts'
import { action, type CommonOptions, withCommonOptions, withKeeprate } from '../settings.ts'

/** Options that `generate` and `edit` share. */
export interface PictureOptions {
  readonly model?: string
  readonly n?: string
  readonly size?: string
  readonly aspectRatio?: string
  readonly quality?: string
  readonly format?: string
  readonly background?: string
  readonly seed?: string
  readonly steps?: string
  readonly negativePrompt?: string
  readonly purpose?: string
  readonly needs?: string
  readonly maxCost?: string
  readonly cache?: string
  readonly onPolicyRefusal?: string
  readonly onGateRefusal?: string
  readonly strategy?: string
  readonly category?: string
  readonly complexity?: string
  readonly display?: string
  readonly floor?: string
  readonly brand?: string
  readonly references?: string
  readonly referenceThreshold?: string
  readonly baseline?: string
  readonly group?: string
  readonly consistent?: boolean
  readonly dryRun?: boolean
  readonly strict?: boolean
  readonly out?: string
}

/** Adds the options that `generate` and `edit` share. */
export const withPictureOptions = (command: Command): Command =>
  withCommonOptions(command)
    .option('-m, --model <name>', 'auto, a model, provider/model or an alias', 'auto')
    .option('-n <count>', 'number of images', '1')
    .option('-s, --size <WxH>', 'size in pixels')
    .option('--aspect-ratio <W:H>', 'shape, instead of a size')
    .option('-q, --quality <level>', 'low, medium, high, standard or hd')
    .option('-f, --format <name>', 'png, jpeg or webp')
    .option('--background <kind>', 'transparent or opaque')
    .option('--seed <number>', 'random seed')
    .option('--steps <number>', 'diffusion steps')
    .option('--negative-prompt <text>', 'what must not be in the picture')
    .option('-p, --purpose <name>', 'what the picture is for')
    .option('--category <name>', 'what is in the picture: people, glass, food …')
    .option('--complexity <class>', complexities.join(', '))
    .option('--display <WxH@ratio>', 'where it will stand, in CSS pixels: 512x512@2')
    .option('--floor <share>', 'share of requests that must end in an accepted picture')
    .option('--brand <name>', 'the brand it is for')
    .option('--references <list>', 'pictures it is to be like: files, img_…, group:NAME')
    .option('--reference-threshold <cosine>', 'how near the nearest of them must be, -1 to 1')
    .option('--baseline <model>', 'model whose price the savings are counted from')
    .option('--group <name>', 'pictures that belong together')
    .option('--consistent', 'all pictures of the group come from one model')
    .option('--needs <list>', 'text, edit, transparent')
    .option('--max-cost <dollars>', 'send nothing that can cost more')
    .option('--cache <mode>', 'allow, only, refresh or off')
    .option('--on-policy-refusal <mode>', 'stop, or fallback: ask another provider')
    .option('--strategy <name>', 'auto, or draft: cheap drafts, of which the best is refined')
    .option('--on-gate-refusal <mode>', 'deliver the best picture that gates refused, or fail')
    .option('--strict', 'refuse instead of adapting parameters')
    .option('--dry-run', 'show what would be tried, and why, instead of making it')
    .option('-o, --out <path>', 'file or folder for the pictures', '.')

/** `keeprate generate` */
export function addGenerate(program: Command): void {
  withPictureOptions(program.command('generate'))
    .description('Generate images from a prompt')
    .argument('<prompt>', 'what to draw')
    .action(action(generate))
}

/** Both ways to do without drafts, where one was refined. */
function draftLines({ drafts }: Pick<Result, 'drafts'>): readonly string[] {
  if (drafts === undefined) return []
  const { count, with_refining, all_at_once, one_by_one } = drafts
  return [
    `drafts $${with_refining} expected for ${count} and refining one, ` +
      `against $${all_at_once} for ${count} at once or $${one_by_one} one by one`,
  ]
}

const toNumber = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text)

/** The options as a request; values are checked where all surfaces are. */
export function toInput(prompt: string, options: PictureOptions): GenerateInput {
  const { format, aspectRatio, needs, cache, n, seed, steps, floor, ...most } = options
  const { references, referenceThreshold, ...others } = most
  const { out: _, dryRun: _______, ...rest } = others
  if (format !== undefined && !imageFormats.includes(format as ImageFormat)) {
    throw invalid('format', `--format must be ${imageFormats.join(', ')}.`)
  }
  const {
    json: __,
    config: ___,
    home: ____,
    databaseUrl: _____,
    logLevel: ______,
    ...own
  } = rest as Record<string, unknown>
  return {
    ...(own as Partial<GenerateInput>),
    prompt,
    n: toNumber(n),
    seed: toNumber(seed),
    steps: toNumber(steps),
    floor: toNumber(floor),
    referenceThreshold: toNumber(referenceThreshold),
    ...(references === undefined ? {} : { references: readReferences(references) }),
    format: format as ImageFormat | undefined,
    aspect: aspectRatio,
    needs: needs?.split(',').map((need) => need.trim()) as GenerateInput['needs'],
    cache: cache as GenerateInput['cache'],
  }
}

/** Names of stored pictures as they are, and files as their bytes. */
const readReferences = (list: string): readonly (Uint8Array | string)[] =>
  list.split(',').map((text) => {
    const name = text.trim()
    const isStored = name.startsWith(GROUP_MARK) || isId('img', name)
    return isStored ? name : readFileBytes(name, requestLimits.maxReferenceBytes / 2 ** 20)
  })

function generate(output: Output, prompt: string, options: PictureOptions): Promise<number> {
  return withKeeprate(options as CommonOptions, async (keeprate) => {
    const input = toInput(prompt, options)
    if (options.dryRun === true) return explain(output, keeprate, input)
    await prepareOut(options.out)
    output.note(`generating with ${options.model ?? 'auto'} …`)
    const result = await openLocal(keeprate).generate(input)
    return report(output, result, { prompt, wanted: Number(options.n ?? 1), out: options.out })
  })
}

/** Says what would be tried, and why; nothing is bought. */
export async function explain(
  output: Output,
  keeprate: Keeprate,
  input: GenerateInput | EditInput,
): Promise<number> {
  await keeprate.gateway.ready
  const answer = await openLocal(keeprate).explain(input)
  output.data(answer, offersTable(answer as unknown as Explained))
  return exitCodes.ok
}

/** Saves the pictures and says what they cost and why. */
export async function report(
  output: Output,
  result: Result,
  wanted: { readonly prompt: string; readonly wanted: number; readonly out?: string | undefined },
): Promise<number> {
  const paths = await saveAll(result, wanted.prompt, wanted.out)
  for (const warning of result.warnings) output.note(`note   ${warning.message}`)
  const { images, ...facts } = result
  const files = images.map(({ id, format, width, height }, index) => ({
    id,
    path: paths[index],
    format,
    width,
    height,
  }))
  const saved = result.saved === undefined ? '' : `   saved $${result.saved}`
  const list = result.listCost === undefined ? '' : `   list $${result.listCost}`
  const simulated = result.isSimulated ? ' (simulated)' : ''
  output.data(
    { ...facts, images: files },
    [
      `made by ${result.provider}/${result.model}   route ${result.route}   cache ${result.cache}`,
      ...paths.map((path) => `saved  ${path}`),
      `cost   $${result.cost}${simulated}${list}${saved}`,
      ...draftLines(result),
      `receipt ${result.requestId}`,
    ].join('\n'),
  )
  return images.length < wanted.wanted ? exitCodes.partly : exitCodes.ok
}

import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { type EditInput, openLocal } from '../../config/library.ts'
import { invalid } from '../../core/errors/gateway-error.ts'
import { operations } from '../../core/request/operation.ts'
import { type DetailOptions, readDetailOptions, withDetailOptions } from '../detail-options.ts'
import type { Output } from '../output.ts'
import { prepareOut } from '../save-pictures.ts'
import { action, type CommonOptions, withKeeprate } from '../settings.ts'
import { explain, type PictureOptions, report, toInput, withPictureOptions } from './generate.ts'

const editOperations = operations.filter((name) => name !== 'generate')

interface EditOptions extends PictureOptions, DetailOptions {
  readonly image: readonly string[]
  readonly mask?: string
  readonly operation?: string
}

/** `keeprate edit` */
export function addEdit(program: Command): void {
  withDetailOptions(withPictureOptions(program.command('edit')))
    .description('Edit images: change, enlarge, grow, erase, cut out')
    .argument('[prompt]', 'what to change; some operations need no words')
    .requiredOption('-i, --image <file...>', 'one or more pictures to start from')
    .option('--mask <file>', 'PNG whose transparent pixels are edited')
    .option('--operation <name>', editOperations.join(', '), 'edit')
    .action(action(edit))
}

function edit(output: Output, words: string | undefined, options: EditOptions): Promise<number> {
  return withKeeprate(options as CommonOptions, async (keeprate) => {
    const { image, mask, expand: _, scale: __, strength: ___, ...rest } = options
    const images = await Promise.all(image.map((path) => readPicture(path, 'image')))
    const { operation = 'edit' } = options
    const prompt = words ?? ''
    const input: EditInput = {
      ...toInput(prompt, rest),
      operation: operation as EditInput['operation'],
      images,
      ...readDetailOptions(options),
      ...(mask === undefined ? {} : { mask: await readPicture(mask, 'mask') }),
    }
    if (options.dryRun === true) return explain(output, keeprate, input)
    await prepareOut(options.out)
    output.note(`${operation} with ${options.model ?? 'auto'} …`)
    const result = await openLocal(keeprate).edit(input)
    const named = prompt === '' ? operation : prompt
    return report(output, result, {
      prompt: named,
      wanted: Number(options.n ?? 1),
      out: options.out,
    })
  })
}

async function readPicture(path: string, param: string): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch {
    throw invalid(param, `The file ${path} cannot be read.`)
  }
}

import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { openLocal } from '../../config/library.ts'
import { invalid } from '../../core/errors/gateway-error.ts'
import type { Output } from '../output.ts'
import { action, type CommonOptions, withKeeprate } from '../settings.ts'
import { type PictureOptions, report, toInput, withPictureOptions } from './generate.ts'

interface EditOptions extends PictureOptions {
  readonly image: readonly string[]
  readonly mask?: string
}

/** `keeprate edit` */
export function addEdit(program: Command): void {
  withPictureOptions(program.command('edit'))
    .description('Edit images')
    .argument('<prompt>', 'what to change')
    .requiredOption('-i, --image <file...>', 'one or more pictures to start from')
    .option('--mask <file>', 'PNG whose transparent pixels are edited')
    .action(action(edit))
}

function edit(output: Output, prompt: string, options: EditOptions): Promise<number> {
  return withKeeprate(options as CommonOptions, async (keeprate) => {
    const { image, mask, ...rest } = options
    const images = await Promise.all(image.map((path) => readPicture(path, 'image')))
    output.note(`editing with ${options.model ?? 'auto'} …`)
    const result = await openLocal(keeprate).edit({
      ...toInput(prompt, rest),
      images,
      ...(mask === undefined ? {} : { mask: await readPicture(mask, 'mask') }),
    })
    return report(output, result, { prompt, wanted: Number(options.n ?? 1), out: options.out })
  })
}

async function readPicture(path: string, param: string): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch {
    throw invalid(param, `The file ${path} cannot be read.`)
  }
}

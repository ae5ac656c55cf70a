import { constants } from 'node:fs'
import { access, mkdir } from 'node:fs/promises'
import { dirname, extname, join } from 'node:path'
import type { Result } from '../config/library.ts'
import { invalid } from '../core/errors/gateway-error.ts'

/**
 * Makes the folder that pictures go to, before anything is bought.
 * @throws GatewayError when nothing can be written there.
 */
export async function prepareOut(out = '.'): Promise<void> {
  const folder = isFile(out) ? dirname(out) : out
  try {
    await mkdir(folder, { recursive: true })
    await access(folder, constants.W_OK)
  } catch {
    throw invalid('out', `--out: nothing can be written to ${folder}.`)
  }
}

/** With an ending it names a file, without one a folder. */
const isFile = (out: string): boolean => extname(out) !== ''

/**
 * Saves pictures under names from the prompt, letters and digits only; `out` with a file ending
 * names one file.
 * @throws GatewayError that says where the pictures are nevertheless.
 */
export async function saveAll(result: Result, prompt: string, out = '.'): Promise<string[]> {
  const slug = prompt
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
  const paths: string[] = []
  for (const [index, image] of result.images.entries()) {
    const number = result.images.length === 1 ? '' : `-${index + 1}`
    const ending = image.format === 'jpeg' ? 'jpg' : image.format
    const path = isFile(out)
      ? out.replace(/(\.[^.]+)$/, `${number}$1`)
      : join(out, `${slug || 'image'}-${image.id.slice(-6)}${number}.${ending}`)
    await image.save(path).catch(() => {
      const place = `pictures are kept, GET /v1/requests/${result.requestId} has their links`
      throw invalid('out', `--out: ${path} cannot be written; the ${place}.`)
    })
    paths.push(path)
  }
  return paths
}

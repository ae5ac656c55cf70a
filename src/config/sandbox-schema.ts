import { z } from 'zod'

/** Members of the file about emulated providers. */
export const sandboxMembers = {
  sandbox: z
    .union([z.enum(['all', 'none']), z.array(z.string())])
    .optional()
    .describe('Which providers are emulated; without any key or own server: all that are hosted'),
  sandbox_truth: z
    .string()
    .min(1)
    .optional()
    .describe('File with the hidden truth about emulated pictures: which of them are good'),
  sandbox_speed: z.number().min(1).max(100_000).optional().describe('Divides emulated latencies'),
  sandbox_detail: z
    .enum(['rich', 'plain'])
    .optional()
    .describe('How pictures are drawn: `plain` ones cost an eighth, and show no text'),
}

/** The emulated providers, read and checked. */
export interface SandboxSettings {
  /** Names of the emulated providers; undefined = all when none is a real one, else none. */
  readonly sandbox?: 'all' | 'none' | readonly string[]
  readonly sandboxSpeed: number
  readonly sandboxDetail: 'rich' | 'plain'
  /** Absolute path. */
  readonly sandboxTruth?: string
}

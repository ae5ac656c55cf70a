import { noOptions } from '../shared/call-options.ts'

/** Names that get a better answer than "there is no such option". */
const HINTS = {
  output_format: 'xAI chooses the format; ask for output_format in the request, it is converted',
  sync_mode: 'pictures always come with the answer',
  resolution: 'it is a parameter of the request itself',
  aspect_ratio: 'it is a parameter of the request itself',
  quality: 'it is a parameter of the request itself',
  user: 'a hash of key and end user is sent',
}

/** There are none: all that xAI takes has a place in the request itself. */
export const checkOptions = noOptions(HINTS)

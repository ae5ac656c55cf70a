import { testProvider } from '../../testing/test-provider.ts'
import ideogram from './index.ts'
import emulator from './sandbox.ts'

testProvider(ideogram, emulator, { fixtures: new URL('./fixtures/', import.meta.url) })

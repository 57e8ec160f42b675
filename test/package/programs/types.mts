import { type FileText, hashContent, openWorkspace, PlokeIoError } from 'ploke-io';
import { provideNativeAddon } from 'ploke-io/native';
import type { ContentHash, FileEvent, WorkspaceOptions } from 'ploke-io/types';

const options: WorkspaceOptions = { roots: ['/x'], watch: { debounceMs: 5 } };
const hash: ContentHash = hashContent('x');

export async function use(addon: object): Promise<FileText> {
  provideNativeAddon(addon);
  await using workspace = await openWorkspace(options);
  for await (const event of workspace.events()) told(event);
  try {
    return await workspace.readFile('/x/y', { expectedHash: hash });
  } catch (error) {
    if (error instanceof PlokeIoError && error.retryable) return workspace.readFile('/x/y');
    throw error;
  }
}

function told(event: FileEvent): string {
  return event.type;
}

// @ts-expect-error An option that does not exist is an error, so the types have not become `any`.
export const wrong: WorkspaceOptions = { roots: ['/x'], watches: true };

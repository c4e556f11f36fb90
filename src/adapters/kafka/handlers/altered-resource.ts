import type { AlteredResource } from '../../../ports/config-admin.ts';

/** A result of AlterConfigs and of IncrementalAlterConfigs, which look alike on the wire. */
export function alteredResource({ type, name, error }: AlteredResource) {
  return {
    errorCode: error?.code ?? 0,
    errorMessage: error?.message ?? null,
    resourceType: type,
    resourceName: name,
  };
}

import { FUNCTIONS } from './catalog-functions.ts';
import { CATALOG_VIEWS } from './catalog-relations.ts';
import { INFORMATION_VIEWS } from './information-schema.ts';

/** The relations and functions of PostgreSQL that are there, by their names. */
export const CATALOG_RELATIONS: ReadonlySet<string> = new Set(Object.keys(CATALOG_VIEWS));
export const INFORMATION_RELATIONS: ReadonlySet<string> = new Set(Object.keys(INFORMATION_VIEWS));
export const CATALOG_FUNCTIONS: ReadonlySet<string> = new Set(Object.keys(FUNCTIONS));

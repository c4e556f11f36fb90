/** Relations of what a broker has none of, by the columns that clients ask for; those without a type are texts. */
const COLUMNS: Readonly<Record<string, string>> = {
  pg_auth_members:
    'roleid:BIGINT member:BIGINT grantor:BIGINT admin_option:BOOLEAN inherit_option:BOOLEAN set_option:BOOLEAN',
  pg_cast: 'oid:BIGINT castsource:BIGINT casttarget:BIGINT castfunc:BIGINT castcontext castmethod',
  pg_conversion:
    'oid:BIGINT conname connamespace:BIGINT conforencoding:INTEGER contoencoding:INTEGER condefault:BOOLEAN',
  pg_db_role_setting: 'setdatabase:BIGINT setrole:BIGINT setconfig:VARCHAR[]',
  pg_default_acl:
    'oid:BIGINT defaclrole:BIGINT defaclnamespace:BIGINT defaclobjtype defaclacl:VARCHAR[]',
  pg_depend:
    'classid:BIGINT objid:BIGINT objsubid:INTEGER refclassid:BIGINT refobjid:BIGINT refobjsubid:INTEGER deptype',
  pg_description: 'objoid:BIGINT classoid:BIGINT objsubid:INTEGER description',
  pg_enum: 'oid:BIGINT enumtypid:BIGINT enumsortorder:FLOAT enumlabel',
  pg_event_trigger:
    'oid:BIGINT evtname evtevent evtowner:BIGINT evtfoid:BIGINT evtenabled evttags:VARCHAR[]',
  pg_extension:
    'oid:BIGINT extname extowner:BIGINT extnamespace:BIGINT extrelocatable:BOOLEAN extversion',
  pg_foreign_data_wrapper:
    'oid:BIGINT fdwname fdwowner:BIGINT fdwhandler:BIGINT fdwvalidator:BIGINT fdwacl:VARCHAR[] fdwoptions:VARCHAR[]',
  pg_foreign_server:
    'oid:BIGINT srvname srvowner:BIGINT srvfdw:BIGINT srvtype srvversion srvacl:VARCHAR[] srvoptions:VARCHAR[]',
  pg_foreign_table: 'ftrelid:BIGINT ftserver:BIGINT ftoptions:VARCHAR[]',
  pg_inherits: 'inhrelid:BIGINT inhparent:BIGINT inhseqno:INTEGER inhdetachpending:BOOLEAN',
  pg_locks: 'locktype database:BIGINT relation:BIGINT pid:INTEGER mode granted:BOOLEAN',
  pg_opclass:
    'oid:BIGINT opcmethod:BIGINT opcname opcnamespace:BIGINT opcowner:BIGINT opcfamily:BIGINT opcintype:BIGINT opcdefault:BOOLEAN opckeytype:BIGINT',
  pg_operator:
    'oid:BIGINT oprname oprnamespace:BIGINT oprowner:BIGINT oprkind oprleft:BIGINT oprright:BIGINT oprresult:BIGINT oprcode',
  pg_partitioned_table: 'partrelid:BIGINT partstrat partnatts:INTEGER partattrs:BIGINT[]',
  pg_policy:
    'oid:BIGINT polname polrelid:BIGINT polcmd polpermissive:BOOLEAN polroles:BIGINT[] polqual polwithcheck',
  pg_prepared_statements:
    'name statement prepare_time:TIMESTAMPTZ parameter_types:VARCHAR[] from_sql:BOOLEAN',
  pg_publication:
    'oid:BIGINT pubname pubowner:BIGINT puballtables:BOOLEAN pubinsert:BOOLEAN pubupdate:BOOLEAN pubdelete:BOOLEAN pubtruncate:BOOLEAN pubviaroot:BOOLEAN',
  pg_publication_namespace: 'oid:BIGINT pnpubid:BIGINT pnnspid:BIGINT',
  pg_publication_rel: 'oid:BIGINT prpubid:BIGINT prrelid:BIGINT prqual prattrs:BIGINT[]',
  pg_publication_tables: 'pubname schemaname tablename',
  pg_range:
    'rngtypid:BIGINT rngsubtype:BIGINT rngmultitypid:BIGINT rngcollation:BIGINT rngsubopc:BIGINT',
  pg_rewrite:
    'oid:BIGINT rulename ev_class:BIGINT ev_type ev_enabled is_instead:BOOLEAN ev_qual ev_action',
  pg_seclabel: 'objoid:BIGINT classoid:BIGINT objsubid:INTEGER provider label',
  pg_sequence:
    'seqrelid:BIGINT seqtypid:BIGINT seqstart:BIGINT seqincrement:BIGINT seqmax:BIGINT seqmin:BIGINT seqcache:BIGINT seqcycle:BOOLEAN',
  pg_sequences:
    'schemaname sequencename sequenceowner data_type start_value:BIGINT min_value:BIGINT max_value:BIGINT increment_by:BIGINT cycle:BOOLEAN cache_size:BIGINT last_value:BIGINT',
  pg_shdescription: 'objoid:BIGINT classoid:BIGINT description',
  pg_stat_activity:
    'datid:BIGINT datname pid:INTEGER usesysid:BIGINT usename application_name client_addr client_port:INTEGER backend_start:TIMESTAMPTZ xact_start:TIMESTAMPTZ query_start:TIMESTAMPTZ state_change:TIMESTAMPTZ wait_event_type wait_event state backend_xid:BIGINT backend_xmin:BIGINT query backend_type',
  pg_stat_user_tables:
    'relid:BIGINT schemaname relname seq_scan:BIGINT n_live_tup:BIGINT n_dead_tup:BIGINT',
  pg_statistic_ext:
    'oid:BIGINT stxrelid:BIGINT stxname stxnamespace:BIGINT stxowner:BIGINT stxstattarget:INTEGER stxkeys:BIGINT[] stxkind:VARCHAR[] stxexprs',
  pg_subscription: 'oid:BIGINT subdbid:BIGINT subname subowner:BIGINT subenabled:BOOLEAN',
  pg_timezone_names: 'name abbrev utc_offset:INTERVAL is_dst:BOOLEAN',
  pg_trigger:
    'oid:BIGINT tgrelid:BIGINT tgparentid:BIGINT tgname tgfoid:BIGINT tgtype:INTEGER tgenabled tgisinternal:BOOLEAN tgconstrrelid:BIGINT tgconstrindid:BIGINT tgconstraint:BIGINT tgdeferrable:BOOLEAN tginitdeferred:BOOLEAN tgnargs:INTEGER tgqual tgoldtable tgnewtable',
};

export const EMPTY_RELATIONS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(COLUMNS).map(([name, columns]) => [name, emptySelect(columns)]),
);

function emptySelect(columns: string): string {
  const list = columns.split(' ').map((column) => {
    const [name = '', type = 'VARCHAR'] = column.split(':');
    return `NULL::${type} AS "${name}"`;
  });
  return `SELECT ${list.join(', ')} WHERE false`;
}

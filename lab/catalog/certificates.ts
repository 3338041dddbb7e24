/** sys.certificates of master, where the certificates of endpoints live. */
import { may } from "#lab/catalog/access.ts";
import { principalId } from "#lab/catalog/principal-id.ts";
import { columns, type View } from "#lab/catalog/view.ts";
import { sameName } from "#lab/mirroring/find.ts";

export const certificateViews: View[] = [
  {
    name: "sys.certificates",
    columns: columns(`
      name sysname !
      certificate_id int !
      principal_id int
      pvt_key_encryption_type char(2) !
      pvt_key_encryption_type_desc nvarchar(60)
      is_active_for_begin_dialog bit
      issuer_name nvarchar(884)
      cert_serial_number nvarchar(64)
      sid varbinary(85)
      string_sid nvarchar(128)
      subject nvarchar(4000)
      expiry_date datetime
      start_date datetime
      thumbprint varbinary(32) !
      attested_by nvarchar(260)
      pvt_key_last_backup_date datetime
    `),
    rows: ({ instance, login, database }) => {
      if (!sameName(database, "master") || !may(login, "VIEW ANY DEFINITION")) return [];
      return (instance.certificates ?? []).map((one) => {
        const owner = instance.logins.find(({ name }) => sameName(name, one.login));
        return {
          name: one.name,
          certificate_id: one.certificateId,
          principal_id: owner ? principalId(instance, owner) : 1,
          pvt_key_encryption_type: one.privateKey ? "MK" : "NA",
          pvt_key_encryption_type_desc: one.privateKey ? "ENCRYPTED_BY_MASTER_KEY" : "NO_PRIVATE_KEY",
          is_active_for_begin_dialog: true,
          issuer_name: one.subject,
          cert_serial_number: one.thumbprint.slice(0, 32).toLowerCase(),
          sid: Uint8Array.from(Buffer.from(`0106${one.thumbprint}`, "hex")),
          string_sid: null,
          subject: one.subject,
          expiry_date: new Date(one.expiresAt),
          start_date: new Date(one.startsAt),
          thumbprint: Uint8Array.from(Buffer.from(one.thumbprint, "hex")),
          attested_by: null,
          pvt_key_last_backup_date: null,
        };
      });
    },
  },
];

"use client";
import { EllipsisVertical, Link2, Trash2, UserCog } from "lucide-react";
import { useTranslations } from "next-intl";
import type { Asking, ListedPerson } from "#app/people/people.tsx";
import { IconButton } from "#components/ui/button.tsx";
import { Menu, MenuItem, MenuSeparator } from "#components/ui/menu.tsx";

/** What can be done with one person. Nobody changes their own role: an admin needs another admin for that. */
export function PersonMenu({
  person,
  self,
  onAsk,
}: {
  person: ListedPerson;
  self: boolean;
  onAsk: (asking: Asking) => void;
}) {
  const t = useTranslations("people");
  const label = `${t("actions")}: ${person.name}`;
  return (
    <Menu button={<IconButton icon={EllipsisVertical} label={label} />}>
      {!self && (
        <MenuItem
          icon={<UserCog aria-hidden className="size-4" />}
          onSelect={() => onAsk({ what: "role", person })}
        >
          {t("changeRole")}
        </MenuItem>
      )}
      <MenuItem
        icon={<Link2 aria-hidden className="size-4" />}
        onSelect={() => onAsk({ what: "newLink", person })}
      >
        {t("newLink")}
      </MenuItem>
      {!self && (
        <>
          <MenuSeparator />
          <MenuItem
            icon={<Trash2 aria-hidden className="size-4" />}
            onSelect={() => onAsk({ what: "remove", person })}
          >
            {t("remove")}
          </MenuItem>
        </>
      )}
    </Menu>
  );
}

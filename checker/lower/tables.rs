//! Reference tables become things, and give titles to the members of enums.

use super::{Here, Lowerer, Trail};
use crate::deal::{Body, Content, Slot, Thing, Uid};
use crate::finding::Mistake;
use crate::pack::{Row, Table};
use crate::vocabulary::{EntityType, Name, Sort, known};

impl Lowerer<'_> {
    /// Fills tables and enums: rows first, then their columns, which may name rows of any table.
    pub(super) fn tables(&mut self, tables: &[&Table]) {
        self.enum_members();
        for table in tables {
            match self.vocabulary.types.get(&table.ty) {
                Some(entity) if matches!(entity.sort, Sort::Table | Sort::Enum(_)) => {
                    for row in &table.rows {
                        self.row_thing(entity, row);
                    }
                }
                _ => {
                    let mistake = Mistake::at(
                        &table.place,
                        format!("`{}` is not a reference table of the vocabulary", table.ty),
                    );
                    let names = self.vocabulary.types.keys().map(|name| &**name);
                    self.out.mistakes.push(mistake.did_you_mean(&table.ty, names));
                }
            }
        }
        for table in tables {
            let Some(entity) = self.vocabulary.types.get(&table.ty) else {
                continue;
            };
            for row in &table.rows {
                self.row_parents(entity, row);
                self.row_columns(entity, row);
            }
        }
    }

    fn enum_members(&mut self) {
        for entity in self.vocabulary.types.values() {
            let Sort::Enum(members) = &entity.sort else {
                continue;
            };
            for member in members {
                let uid = Uid::new(Name::clone(&entity.name), Name::clone(member));
                self.insert_row(uid, member.replace('_', " "), &[], None);
            }
        }
        let anyone = Uid::new(known::PARTY, known::ANYONE);
        self.out.deal.things.insert(Thing::new(anyone, Some("anyone".to_owned()), Body::new(None)));
    }

    fn row_thing(&mut self, entity: &EntityType, row: &Row) {
        let uid = Uid::new(Name::clone(&entity.name), row.id.as_str());
        if let Sort::Enum(members) = &entity.sort
            && !members.iter().any(|member| **member == *row.id)
        {
            let mistake =
                Mistake::at(&row.place, format!("`{}` is not a member of `{}`", row.id, entity.name));
            return self.out.mistakes.push(mistake);
        }
        let title = row.title.clone().unwrap_or_else(|| row.id.clone());
        if self.out.deal.things.contains_key(&uid) && row.title.is_none() {
            return; // a further file adds parents or columns to a row it does not own
        }
        self.insert_row(uid, title, &row.also, Some(row));
    }

    fn insert_row(&mut self, uid: Uid, title: String, also: &[String], row: Option<&Row>) {
        let body = Body::new(row.map(|row| row.place.clone()));
        let thing = Thing::new(uid, Some(title), body);
        self.scope.add_row(&thing, also);
        self.out.deal.things.insert(thing);
    }

    fn row_parents(&mut self, entity: &EntityType, row: &Row) {
        let uid = Uid::new(Name::clone(&entity.name), row.id.as_str());
        for parent in &row.parents {
            match self.row(&entity.name, parent, &row.place) {
                Ok(parent) => {
                    if let Some(thing) = self.out.deal.things.get_mut(&uid)
                        && !thing.parents.contains(&parent)
                    {
                        thing.parents.push(parent);
                    }
                }
                Err(mistake) => self.out.mistakes.push(mistake),
            }
        }
    }

    fn row_columns(&mut self, entity: &EntityType, row: &Row) {
        let uid = Uid::new(Name::clone(&entity.name), row.id.as_str());
        for column in &row.columns {
            let Some(field) = entity.fields.get(column.key.as_str()) else {
                let message = format!("table `{}` has no column `{}`", entity.name, column.key);
                self.out.mistakes.push(Mistake::at(&column.place, message));
                continue;
            };
            let here = Here {
                source: &column.place.source,
                folder: "",
                fixed: Some(&column.place),
                thing: &uid,
                path: Trail::default(),
            };
            match self.column(&here, &field.ty, &column.value) {
                Ok(value) => {
                    let slot = Slot::new(Content::Value(value), Some(column.place.clone()));
                    if let Some(thing) = self.out.deal.things.get_mut(&uid) {
                        thing.body.slots.insert(Name::clone(&field.name), slot);
                    }
                }
                Err(mistake) => self.out.mistakes.push(mistake),
            }
        }
    }
}

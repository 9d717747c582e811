import { Component } from "@odoo/owl";

/** The kind of an order and the form that belongs to it. */
export class OrderForm extends Component {
    static template = "distributor_portal.OrderForm";
    static props = { types: Array, type: String, form: Object, onChange: Function };

    get chosen() {
        return findType(this.props.types, this.props.type);
    }

    inputType(field) {
        return { integer: "number", float: "number", date: "date", datetime: "datetime-local" }[field.type] || "text";
    }

    isTicked(field, value) {
        return (this.props.form[field.name] || []).includes(value);
    }

    setType(ev) {
        this.props.onChange({ type: ev.target.value });
    }

    setField(field, ev) {
        let value = ev.target.value;
        if (field.type === "boolean") {
            value = ev.target.checked;
        } else if (field.type === "many2one" && value) {
            value = Number(value);
        }
        this.fill(field, value);
    }

    setTag(field, tag, ev) {
        const others = (this.props.form[field.name] || []).filter((one) => one !== tag);
        this.fill(field, ev.target.checked ? [...others, tag] : others);
    }

    fill(field, value) {
        this.props.onChange({ form: { ...this.props.form, [field.name]: value } });
    }
}

export function findType(types, code) {
    return types.find((type) => type.code === code);
}

/** What was filled in of this type's form, as the server reads it: moments in UTC. */
export function readForm(type, form) {
    const values = {};
    for (const field of type ? type.fields : []) {
        const value = form[field.name];
        if (value !== undefined && value !== "" && value !== false && !(Array.isArray(value) && !value.length)) {
            values[field.name] = field.type === "datetime" ? new Date(value).toISOString() : value;
        }
    }
    return values;
}

/** Labels of what the form still asks for. */
export function findMissing(type, form) {
    const values = readForm(type, form);
    return (type ? type.fields : [])
        .filter((field) => field.required && !(field.name in values)).map((field) => field.label);
}

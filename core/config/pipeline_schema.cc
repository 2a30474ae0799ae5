#include "core/config/pipeline_schema.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/config/host_tables.h"
#include "core/config/toml_text.h"
#include "core/config/values.h"

namespace lode::core {
namespace {

using Json = nlohmann::ordered_json;

// The strings that document.cc accepts: ${NAME} and ${NAME:-default} stand for a variable, $${ for
// a plain ${, and ${ may not appear otherwise.
const std::string kVariable = R"(\$\{[A-Za-z0-9_]+(?::-[^}]*)?\})";
const std::string kPiece = R"((?:[^$]|\$+[^${]|\$\$+\{|)" + kVariable + ")";
const std::string kText = "^" + kPiece + R"(*\$*$)";
const std::string kOneVariable = "^" + kVariable + R"(\}*$)";  // defaults may nest
const std::string kWithVariable = "^" + kPiece + "*" + kVariable + kPiece + R"(*\$*$)";

Json TextSchema() { return {{"type", "string"}, {"pattern", kText}}; }

// Returns the schema of one of several words, or of a string that the environment completes.
Json WordSchema(const std::vector<std::string>& words) {
  return {{"anyOf", {{{"enum", words}}, {{"type", "string"}, {"pattern", kWithVariable}}}}};
}

// Returns the schema of a number or a boolean, or of a variable that stands for one.
Json PlainSchema(const char* type) {
  return {{"type", {type, "string"}}, {"pattern", kOneVariable}};
}

Json NumberJson(double value) {
  constexpr double kExact = 9007199254740992.0;  // integers up to here are doubles
  const bool whole = std::trunc(value) == value && std::abs(value) <= kExact;
  return whole ? Json(static_cast<std::int64_t>(value)) : Json(value);
}

Json WithRange(Json schema, const ParamDeclaration& p) {
  if (std::isfinite(p.min)) {
    const bool open = (p.flags & LODE_PARAM_OPEN_MIN) != 0;
    schema[open ? "exclusiveMinimum" : "minimum"] = NumberJson(p.min);
  }
  if (std::isfinite(p.max)) {
    const bool open = (p.flags & LODE_PARAM_OPEN_MAX) != 0;
    schema[open ? "exclusiveMaximum" : "maximum"] = NumberJson(p.max);
  }
  return schema;
}

Json StringSchema(const ParamDeclaration& p) {
  if (p.choices.empty()) { return TextSchema(); }
  Json schema = WordSchema(p.choices);
  if (TakesBoolean(p)) { schema["anyOf"].push_back(PlainSchema("boolean")); }
  return schema;
}

Json PathSchema(const ParamDeclaration& p) {
  Json schema = TextSchema();
  if ((p.flags & LODE_PARAM_INPUT_FILE) != 0 && !MayBeEmptyPath(p)) { schema["minLength"] = 1; }
  schema["not"] = {{"pattern", R"(\x00)"}};
  return schema;
}

Json ListSchema(Json items) { return {{"type", "array"}, {"items", std::move(items)}}; }

Json ValueSchema(const ParamDeclaration& p) {
  switch (p.type) {
    case LODE_T_BOOL:
      return PlainSchema("boolean");
    case LODE_T_INT:
      return WithRange(PlainSchema("integer"), p);
    case LODE_T_REAL:
      return WithRange(PlainSchema("number"), p);
    case LODE_T_PATH:
      return PathSchema(p);
    case LODE_T_INT_LIST:
      return ListSchema(WithRange(PlainSchema("integer"), p));
    case LODE_T_REAL_LIST:
      return ListSchema(WithRange(PlainSchema("number"), p));
    case LODE_T_STRING_LIST:
      return ListSchema(StringSchema(p));
    default:
      return StringSchema(p);
  }
}

bool IsRequired(const ParamDeclaration& p) { return (p.flags & LODE_PARAM_REQUIRED) != 0; }

// Returns whether the schema gives a default. Editors insert the default when they complete the
// key; the path of a file beside the plugin would then be relative to the pipeline. A default that
// is not allowed stands for none.
bool HasDefault(const ParamDeclaration& p) {
  return !IsRequired(p) && p.type != LODE_T_PATH && CheckValue(p, p.default_value).empty();
}

Json DefaultOf(const ParamDeclaration& p) {
  return TakesBoolean(p)
             ? Json::parse(BareText(p.default_value))
             : std::visit([](const auto& value) { return Json(value); }, p.default_value);
}

Json ParamSchema(const ParamDeclaration& p) {
  const bool deprecated = (p.flags & LODE_PARAM_DEPRECATED) != 0;
  Json schema{{"description", (deprecated ? "Deprecated. " : "") + p.doc +
                                  (p.unit.empty() ? "" : " Unit: " + p.unit + ".")}};
  schema.update(ValueSchema(p));
  if (HasDefault(p)) { schema["default"] = DefaultOf(p); }
  return schema;
}

Json TableSchema(const std::string& description, const std::vector<ParamDeclaration>& params) {
  Json properties = Json::object();
  for (const ParamDeclaration& p : params) { properties[p.name] = ParamSchema(p); }
  return {{"description", description},
          {"type", "object"},
          {"properties", std::move(properties)},
          {"additionalProperties", false}};
}

std::vector<std::string> RequiredOf(const std::vector<ParamDeclaration>& params) {
  std::vector<std::string> names;
  for (const ParamDeclaration& p : params) {
    if (IsRequired(p)) { names.push_back(p.name); }
  }
  return names;
}

Json Required(std::vector<std::string> names) { return {{"required", std::move(names)}}; }

// Requires that the key exists and is not 0, which stands for no limit.
Json Limited(const char* key) {
  Json limited = Required({key});
  limited["properties"] = {{key, {{"not", {{"const", 0}}}}}};
  return limited;
}

Json Reference(const std::string& definition) { return {{"$ref", "#/definitions/" + definition}}; }

// Applies a schema to a table, or to the tables of a list. The keywords for objects do not affect
// lists, and vice versa.
Json TableOrList(Json schema) {
  return {{"allOf", Json::array({schema})}, {"items", std::move(schema)}};
}

// The keys of a table, each with all its possible meanings.
class Properties {
 public:
  void Add(const std::string& key, Json schema) {
    Json& meanings = keys_[key];
    if (std::ranges::find(meanings, schema) == meanings.end()) {
      meanings.push_back(std::move(schema));
    }
  }
  Json ToJson() const {
    Json properties = Json::object();
    for (const auto& [key, meanings] : keys_.items()) {
      properties[key] = meanings.size() == 1 ? meanings[0] : Json{{"anyOf", meanings}};
    }
    return properties;
  }
  Json ToTable() const { return {{"properties", ToJson()}, {"additionalProperties", false}}; }

 private:
  Json keys_ = Json::object();  // key: a list of schemas
};

// The tables of components of one kind. `use` decides which parameters may be beside it; those of
// alternatives are in sub-tables named by their IDs.
class KindSchema {
 public:
  KindSchema(lode_kind kind, const Catalog& catalog, Json& definitions)
      : name_(KindName(kind)), ids_(catalog.Ids(kind)), definitions_(definitions) {
    for (const std::string& id : ids_) { components_.push_back(catalog.Find(kind, id)); }
    AddAlternatives("", alternatives_);
  }

  void Define() {
    definitions_["use." + name_] = Use();
    for (const ComponentDeclaration* c : components_) {
      definitions_[NameOf(c->id)] = SubTable(*c);
      definitions_["used." + NameOf(c->id)] = TableUsing(*c);
    }
    definitions_[name_] = Table();
    definitions_["complete." + name_] = Complete();
  }

  // Returns all keys that a table of this kind may have beside sub-tables, whatever it uses.
  Json Keys() const {
    Properties keys;
    keys.Add("use", Reference("use." + name_));
    for (const ComponentDeclaration* c : components_) { AddParams(*c, keys); }
    return keys.ToJson();
  }

 private:
  // Returns the rules for a complete table of this kind.
  Json Complete() const {
    Json rules = Json::array();
    for (const ComponentDeclaration* c : components_) {
      const std::vector<std::string> required = RequiredOf(c->params);
      if (!required.empty()) { AddCompletenessOf(c->id, required, rules); }
    }
    Json schema = Required({"use"});
    if (!rules.empty()) { schema["allOf"] = std::move(rules); }
    return schema;
  }

  std::string NameOf(const std::string& id) const { return name_ + "." + id; }

  Json Use() const {
    Json schema{{"description", FindComponentKey("use").doc}};
    schema.update(WordSchema(ids_));
    return schema;
  }

  static Json Uses(const std::vector<std::string>& ids) {
    return {{"properties", {{"use", {{"enum", ids}}}}}, {"required", {"use"}}};
  }

  Json PresetSchema(const ComponentDeclaration& c) const {
    ParamDeclaration key = FindComponentKey("preset");
    key.default_value = c.presets.front().name;
    for (const PresetDeclaration& preset : c.presets) { key.choices.push_back(preset.name); }
    key.choices.emplace_back();  // stands for the first
    return ParamSchema(key);
  }

  // Returns the keys of a component without `use` and its alternatives.
  std::vector<std::pair<std::string, Json>> KeysOf(const ComponentDeclaration& c) const {
    std::vector<std::pair<std::string, Json>> keys;
    if (!c.presets.empty()) { keys.emplace_back("preset", PresetSchema(c)); }
    if (c.loads) { keys.emplace_back("policy", Reference("policy")); }
    for (const ParamDeclaration& p : c.params) { keys.emplace_back(p.name, ParamSchema(p)); }
    return keys;
  }

  void AddParams(const ComponentDeclaration& c, Properties& properties) const {
    for (const auto& [key, schema] : KeysOf(c)) {
      const bool shared = schema.contains("$ref");
      properties.Add(key, shared ? schema : Reference(NameOf(c.id) + "/properties/" + key));
    }
  }

  // [oracle.nb201.table] is the same as [oracle."nb201.table"], so each dotted beginning of the
  // rest of an ID after `prefix` may be a key.
  void AddAlternatives(const std::string& prefix, Properties& properties) const {
    std::set<std::string> keys;
    for (const std::string& id : ids_) {
      if (id.starts_with(prefix)) {
        for (std::size_t dot = prefix.size(); dot != std::string::npos && dot < id.size();) {
          dot = id.find('.', dot + 1);
          keys.insert(id.substr(prefix.size(), dot - prefix.size()));
        }
      }
    }
    for (const std::string& key : keys) { properties.Add(key, Alternative(prefix + key)); }
  }

  Json Alternative(const std::string& id) const {
    if (std::ranges::find(ids_, id) != ids_.end()) { return Reference(NameOf(id)); }
    Properties inner;  // the beginning of IDs: a table of tables
    AddAlternatives(id + ".", inner);
    Json schema{{"type", "object"}, {"minProperties", 1}};
    schema.update(inner.ToTable());
    return schema;
  }

  Json SubTable(const ComponentDeclaration& c) const {
    Properties properties;
    for (const auto& [key, schema] : KeysOf(c)) { properties.Add(key, schema); }
    AddAlternatives(c.id + ".", properties);
    Json schema{{"title", c.id}, {"description", c.summary}, {"type", "object"}};
    schema.update(properties.ToTable());
    return schema;
  }

  Json TableUsing(const ComponentDeclaration& c) const {
    Properties properties = alternatives_;
    properties.Add("use", true);
    AddParams(c, properties);
    return properties.ToTable();
  }

  Json Table() const {
    if (ids_.empty()) { return false; }
    Properties offered = alternatives_;
    for (const ComponentDeclaration* c : components_) { AddParams(*c, offered); }
    // The first rule is what editors offer; it accepts everything.
    Json rules = Json::array({{{"anyOf", {{{"properties", offered.ToJson()}}, true}}},
                              {{"properties", {{"use", Reference("use." + name_)}}}}});
    Json any = Json::array();
    for (const std::string& id : ids_) {
      const Json table = Reference("used." + NameOf(id));
      rules.push_back({{"if", Uses({id})}, {"then", table}});
      any.push_back(table);
    }
    // The component comes from a layer below or from the environment.
    rules.push_back({{"if", Uses(ids_)}, {"else", {{"anyOf", std::move(any)}}}});
    return {{"allOf", std::move(rules)}};
  }

  // Returns all ways to write the path to a sub-table: a.b.c, a."b.c", "a.b".c, "a.b.c".
  static std::vector<std::vector<std::string>> Spellings(const std::string& id) {
    std::vector<std::vector<std::string>> all{{id}};
    for (std::size_t dot = id.find('.'); dot != std::string::npos; dot = id.find('.', dot + 1)) {
      for (std::vector<std::string> path : Spellings(id.substr(dot + 1))) {
        path.insert(path.begin(), id.substr(0, dot));
        all.push_back(std::move(path));
      }
    }
    return all;
  }

  static Json Nested(const std::vector<std::string>& path, Json schema, bool must_exist) {
    for (auto key = path.rbegin(); key != path.rend(); ++key) {
      schema = Json{{"properties", {{*key, std::move(schema)}}}};
      if (must_exist) { schema["required"] = Json::array({*key}); }
    }
    return schema;
  }

  // Parameters of the component in use may also be beside `use`; an alternative has all of them in
  // its sub-table.
  void AddCompletenessOf(const std::string& id, const std::vector<std::string>& required,
                         Json& rules) const {
    Json used = Json::array();
    for (const std::string& param : required) {
      Json ways = Json::array({Required({param})});
      for (const auto& path : Spellings(id)) {
        ways.push_back(Nested(path, Required({param}), true));
      }
      used.push_back({{"anyOf", std::move(ways)}});
    }
    rules.push_back({{"if", Uses({id})}, {"then", {{"allOf", std::move(used)}}}});
    std::vector<std::string> others = ids_;
    std::erase(others, id);
    if (others.empty()) { return; }
    Json unused = Json::array();
    for (const auto& path : Spellings(id)) {
      unused.push_back(Nested(path, Required(required), false));
    }
    rules.push_back({{"if", Uses(others)}, {"then", {{"allOf", std::move(unused)}}}});
  }

  std::string name_;
  std::vector<std::string> ids_;
  std::vector<const ComponentDeclaration*> components_;
  Json& definitions_;
  Properties alternatives_;
};

// Returns the schema of a list, or of a table that changes elements of a list in a layer below:
// [oracle.1]. `otherwise` is for any other table.
Json ListOrElements(Json element, Json otherwise) {
  return {
      {"type", {"object", "array"}},
      {"if",
       {{"type", "object"}, {"minProperties", 1}, {"propertyNames", {{"pattern", "^[0-9]+$"}}}}},
      {"then", {{"additionalProperties", element}}},
      {"else", std::move(otherwise)},
      {"items", std::move(element)}};
}

bool TakesList(lode_kind kind) { return kind == LODE_ORACLE || kind == LODE_EXPLORATION; }

class PipelineSchemaWriter {
 public:
  explicit PipelineSchemaWriter(const Catalog& catalog) : catalog_(catalog) {}

  Json Write() {
    AddHostTables();
    definitions_["policy"] = ParamSchema(FindComponentKey("policy"));
    for (const lode_kind kind : {LODE_SPACE, LODE_ORACLE, LODE_EXPLORATION, LODE_OPTIMIZER}) {
      AddKind(kind);
    }
    RefineHostTables();
    AddGrid();
    AddStageTables();
    DefineAnyValue();
    return {{"$schema", "http://json-schema.org/draft-07/schema#"},
            {"title", "Lode pipeline"},
            {"description",
             "Written by `lode describe --schema`, which knows the components of the plugins that "
             "it finds. `lode validate` checks what a single file does not show."},
            {"type", "object"},
            {"properties", std::move(properties_)},
            {"additionalProperties", false},
            {"allOf", Completeness()},
            {"definitions", std::move(definitions_)}};
  }

 private:
  // Returns the place of a host table's schema, and creates it if needed. "reward.limits" is inside
  // "reward".
  Json& Place(const std::string& name) {
    const std::size_t dot = name.find('.');
    Json& outer = properties_[name.substr(0, dot)];
    return dot == std::string::npos ? outer : outer["properties"][name.substr(dot + 1)];
  }

  void AddHostTables() {
    for (const HostTable& table : HostTables()) {
      Json schema = HostTableSchema(table);
      if (table.name.empty()) {
        properties_.update(schema["properties"]);
      } else if (table.list) {
        const bool by_name = table.name == "stage";  // layers find stages by name
        Place(table.name) = by_name ? Json{{"type", "array"}, {"items", schema}}
                                    : ListOrElements(std::move(schema), {{"type", "array"}});
        Place(table.name)["description"] = table.doc;
      } else {
        Place(table.name) = std::move(schema);
      }
    }
  }

  void AddKind(lode_kind kind) {
    KindSchema schema(kind, catalog_, definitions_);
    schema.Define();
    const std::string name(KindName(kind));
    Json table{{"type", "object"}, {"allOf", Json::array({Reference(name)})}};
    complete_[name] = Reference("complete." + name);
    if (TakesList(kind)) {
      table = ListOrElements(std::move(table), {{"allOf", Json::array({Reference(name)})}});
      complete_lists_[name] = {{"items", complete_[name]}};
    }
    properties_[name] = std::move(table);
    const Json keys = schema.Keys();
    AddAxes(name, keys);
    for (const auto& [key, value] : keys.items()) {  // "oracle.0.dataset"
      if (TakesList(kind)) {
        std::string pattern = "^" + name + "\\.[0-9]+\\.";
        pattern += key + "$";
        element_axes_[pattern] = Axis(value);
      }
    }
  }

  // Adds rules that the steps of resolving and document.cc check but declared types do not express.
  void RefineHostTables() {
    Json& include = properties_["include"];
    include["type"] = {"array", "string"};
    include["pattern"] = kText;
    Json& pipeline = properties_["pipeline"]["properties"];
    // The name is also a directory name.
    pipeline["name"]["anyOf"] = {
        {{"pattern", R"(^[^/\x00-\x1F]+$)"}, {"not", {{"enum", {".", ".."}}}}},
        {{"pattern", kWithVariable}}};
    Json count = PlainSchema("integer");
    count.update({{"minimum", 1}, {"maximum", kMaxSeeds}});
    Json& seeds = pipeline["seeds"];
    Json list{{"type", "array"},
              {"items", seeds["items"]},
              {"minItems", 1},
              {"maxItems", kMaxSeeds},
              {"uniqueItems", true}};
    seeds.erase("type");
    seeds.erase("items");
    seeds["anyOf"] = {std::move(list), std::move(count)};
    properties_["reference"]["items"]["properties"]["where"] = {
        {"description", "Paths of the grid and their values."},
        {"type", "object"},
        {"additionalProperties", Reference("value")}};
    // One goal is not a trade-off.
    properties_["reward"]["properties"]["goals"]["anyOf"] = {{{"maxItems", 0}}, {{"minItems", 2}}};
  }

  // Adds the tables of a whole pipeline to stages, except those that belong to the file. Nothing is
  // required, because a layer below or the file for all stages may have it.
  void AddStageTables() {
    Json& stage = properties_["stage"]["items"]["properties"];
    stage["name"]["anyOf"] = {{{"pattern", "^[A-Za-z0-9_-]{1,100}$"}},
                              {{"pattern", kWithVariable}}};
    for (const auto& [table, schema] : properties_.items()) {
      if (table != "stage" && table != "plugins" && table != "include") {
        stage[table] = {{"$ref", "#/properties/" + table}};
      }
    }
  }

  static bool Varies(const std::string& table) {
    return !table.empty() && table != "stage" && table != "grid" && table != "plugins" &&
           table != "reference";
  }

  // Adds axes of the grid: a table as a whole and each of its keys.
  void AddAxes(const std::string& table, const Json& keys) {
    axes_[table] = Axis({{"$ref", "#/properties/" + table}});
    const std::string prefix = table + ".";
    for (const auto& [key, value] : keys.items()) { axes_[prefix + key] = Axis(value); }
  }

  static Json Axis(Json value) {
    return {{"type", "array"}, {"minItems", 1}, {"items", std::move(value)}};
  }

  // Returns the schema of paths that change together, or of lists of such lists.
  static Json Zip() {
    const Json group{{"type", "array"}, {"minItems", 2}, {"items", {{"type", "string"}}}};
    Json zip{{"description", FindHostTable("grid").params.front().doc},
             {"type", "array"},
             {"minItems", 1}};
    zip["anyOf"] = {group, {{"items", group}}};
    return zip;
  }

  void AddGrid() {
    std::string tables;
    for (const lode_kind kind : {LODE_SPACE, LODE_ORACLE, LODE_EXPLORATION, LODE_OPTIMIZER}) {
      tables += KindName(kind);
      tables += '|';
    }
    for (const HostTable& table : HostTables()) {
      const bool outer = table.name.find('.') == std::string::npos;
      if (!Varies(table.name) || !outer) { continue; }
      tables += table.name;
      tables += '|';
      const std::string place = "#/properties/" + table.name + "/properties/";
      Json keys = properties_[table.name]["properties"];
      for (auto& [key, value] : keys.items()) { value = {{"$ref", place + key}}; }
      AddAxes(table.name, keys);
    }
    tables += "zip";
    axes_["zip"] = Zip();
    properties_["grid"] = {{"description", FindHostTable("grid").doc},
                           {"type", "object"},
                           {"propertyNames", {{"pattern", "^\"?(?:" + tables + ")\"?(?:\\..+)?$"}}},
                           {"properties", std::move(axes_)},
                           {"patternProperties", std::move(element_axes_)},
                           {"additionalProperties", Axis(Reference("value"))}};
  }

  void DefineAnyValue() {
    definitions_["value"] = {{"type", {"string", "boolean", "number", "array", "object"}},
                             {"pattern", kText},
                             {"items", Reference("value")},
                             {"additionalProperties", Reference("value")}};
  }

  Json Completeness() {
    Json reward = Json::object();
    for (const HostTable& table : HostTables()) {
      const std::vector<std::string> required = RequiredOf(table.params);
      if (table.name.starts_with("reward.")) {
        reward[table.name.substr(7)] = {{"items", Required(required)}};
      } else if (table.list) {
        complete_lists_[table.name] = {{"items", Required(required)}};
      } else if (!required.empty()) {
        complete_[table.name] = Required(required);
      }
    }
    reward["limits"]["items"]["anyOf"] = {Required({"max"}), Required({"min"})};
    complete_lists_["reward"] = {{"properties", std::move(reward)}};
    complete_["budget"] = {{"anyOf",
                            {Limited("steps"), Required({"unique_queries"}),
                             Limited("full_evaluations"), Limited("simulated_seconds")}}};
    complete_["oracle"] = TableOrList(std::move(complete_["oracle"]));
    complete_["oracle"]["minItems"] = 1;
    complete_["exploration"] = TableOrList(std::move(complete_["exploration"]));
    const Json list{{"type", "array"}};  // without a layer below, there are no elements to change
    complete_["reference"] = list;
    complete_["reward"]["properties"] = {{"limits", list}, {"add", list}, {"goals", list}};
    return {{{"if", {{"not", Required({"grid"})}}},
             {"then", {{"properties", std::move(complete_lists_)}}}},
            {{"if", IsWhole()},
             {"then",
              {{"required", {"space", "oracle", "reward", "optimizer", "budget"}},
               {"properties", std::move(complete_)}}}}};
  }

  // Matches a pipeline that stands alone and is not a layer of others: it has a name and includes
  // nothing. A grid may supply what is missing.
  static Json IsWhole() {
    return {
        {"properties",
         {{"pipeline", Required({"name"})}, {"include", false}, {"grid", false}, {"stage", false}}},
        {"required", {"pipeline"}}};
  }

  const Catalog& catalog_;
  Json properties_ = Json::object();
  Json definitions_ = Json::object();
  Json axes_ = Json::object();            // of the grid, by path
  Json element_axes_ = Json::object();    // the same for paths through lists, by pattern
  Json complete_ = Json::object();        // by table: what a whole pipeline must have
  Json complete_lists_ = Json::object();  // the same for lists, which layers replace as a whole
};

}  // namespace

Json HostTableSchema(const HostTable& table) { return TableSchema(table.doc, table.params); }

Json PipelineSchema(const Catalog& catalog) { return PipelineSchemaWriter(catalog).Write(); }

}  // namespace lode::core
